/** `1234567` as `1,234,567`. */
export const countText = (count: number): string => Math.round(count).toLocaleString('en-US')

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const

/** Bytes with three digits that count, in powers of 1,000. */
export const bytesText = (sizeBytes: number): string => {
  let value = sizeBytes
  let unit = 0
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000
    unit += 1
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2
  return `${value.toFixed(digits)} ${UNITS[unit]}`
}

/** `45 s`, `3 min 20 s`, `2 h 5 min`. */
export const durationText = (durationMs: number): string => {
  const seconds = Math.round(durationMs / 1000)
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`
}

const twoDigits = (value: number): string => String(value).padStart(2, '0')

/** The wall clock here: `2026-11-22 01:30:05`. */
export const timeText = (timeMs: number): string => {
  const time = new Date(timeMs)
  const date = [time.getFullYear(), time.getMonth() + 1, time.getDate()].map(twoDigits).join('-')
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map(twoDigits).join(':')
  return `${date} ${clock}`
}
