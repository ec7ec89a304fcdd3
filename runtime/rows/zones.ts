import { EngineError } from '../errors/index.ts'
import { parseOffset } from './temporal.ts'

const FIXED_ZONE = /^(?:UTC|GMT|UT)?([+-].+|Z)?$/i

/**
 * A time zone by name: `Asia/Shanghai`, `UTC`, `Z`, `+08:00`, `GMT+8`. Throws CFG-005 when there is
 * none. Named zones follow the rules that Bun's ICU data has.
 */
export interface Zone {
  readonly name: string
  /** Seconds east of UTC at an instant. */
  offsetAt(epochSeconds: number): number
  /**
   * Seconds east of UTC where clocks show `localSeconds`: the earlier one's when clocks show it
   * twice, and the one from before the gap when they never do, as Java does.
   */
  offsetAtLocal(localSeconds: number): number
}

export const zoneOf = (name: string): Zone => {
  const known = zones.get(name)
  if (known !== undefined) return known
  const zone = makeZone(name)
  if (zones.size < ZONES_MAX) zones.set(name, zone)
  return zone
}

/** More than all zones there are; names come from users. */
const ZONES_MAX = 1000
const zones = new Map<string, Zone>()

const makeZone = (name: string): Zone => {
  const fixed = fixedOffset(name)
  if (fixed !== null) return { name, offsetAt: () => fixed, offsetAtLocal: () => fixed }
  const format = formatOf(name)
  const offsetAt = (epochSeconds: number): number => namedOffset(format, epochSeconds)
  const offsetAtLocal = (localSeconds: number): number => {
    const before = offsetAt(localSeconds - 86_400)
    const after = offsetAt(localSeconds + 86_400)
    if (before === after || offsetAt(localSeconds - before) === before) return before
    return offsetAt(localSeconds - after) === after ? after : before
  }
  return { name, offsetAt, offsetAtLocal }
}

const fixedOffset = (name: string): number | null => {
  const match = FIXED_ZONE.exec(name)
  if (match === null || name === '') return null
  return match[1] === undefined ? 0 : parseOffset(match[1])
}

const formatOf = (name: string): Intl.DateTimeFormat => {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' })
  } catch (cause) {
    throw new EngineError(
      'CFG-005',
      `There is no time zone "${name}": write one such as "Asia/Shanghai", "UTC" or "+08:00".`,
      { cause },
    )
  }
}

const namedOffset = (format: Intl.DateTimeFormat, epochSeconds: number): number => {
  const parts = format.formatToParts(epochSeconds * 1000)
  const written = parts.find((part) => part.type === 'timeZoneName')?.value ?? 'GMT'
  return written === 'GMT' ? 0 : (parseOffset(written.slice(3)) ?? 0)
}
