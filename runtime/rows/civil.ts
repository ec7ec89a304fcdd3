export const SECONDS_OF_DAY = 86_400
export const NANOS_OF_SECOND = 1_000_000_000
export const NANOS_OF_DAY = SECONDS_OF_DAY * NANOS_OF_SECOND

/** A day of the proleptic Gregorian calendar; year 0 is 1 BC, months and days count from 1. */
export interface CivilDate {
  readonly year: number
  readonly month: number
  readonly day: number
}

const DAYS_BEFORE_MONTH = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334] as const
const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const

/** A date is an int32 of days. */
const EPOCH_DAY_MAX = 0x7fffffff

export const isLeapYear = (year: number): boolean =>
  year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)

/** The days of month 1 to 12. */
export const daysInMonth = (year: number, month: number): number =>
  month === 2 && isLeapYear(year) ? 29 : DAYS_IN_MONTH[month - 1]!

/** The day of the year, from 1. */
export const dayOfYear = (date: CivilDate): number =>
  DAYS_BEFORE_MONTH[date.month - 1]! + date.day + (date.month > 2 && isLeapYear(date.year) ? 1 : 0)

/** 1 for Monday to 7 for Sunday. */
export const dayOfWeek = (epochDay: number): number => ((((epochDay + 3) % 7) + 7) % 7) + 1

/** Days since 1970-01-01 of a date that exists; see `epochDayOrNull` for one that may not. */
export const epochDay = (year: number, month: number, day: number): number => {
  // Years run from March here, so that the leap day is a year's last.
  const shifted = month > 2 ? year : year - 1
  const era = Math.floor(shifted / 400)
  const yearOfEra = shifted - era * 400
  const dayOfShiftedYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1
  const leapDays = Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100)
  return era * 146_097 + yearOfEra * 365 + leapDays + dayOfShiftedYear - 719_468
}

/** Days since 1970-01-01, or null when there is no such date or an int32 cannot hold it. */
export const epochDayOrNull = (year: number, month: number, day: number): number | null => {
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return null
  const days = epochDay(year, month, day)
  return Math.abs(days) > EPOCH_DAY_MAX ? null : days
}

export const civilDate = (days: number): CivilDate => {
  const shifted = days + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  )
  const dayOfShiftedYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shiftedMonth = Math.floor((5 * dayOfShiftedYear + 2) / 153)
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
  return {
    year: era * 400 + yearOfEra + (month <= 2 ? 1 : 0),
    month,
    day: dayOfShiftedYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1,
  }
}
