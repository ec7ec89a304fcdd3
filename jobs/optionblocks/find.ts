import type { ConfigEntry, ConfigObject } from '../../runtime/config/index.ts'

/**
 * The entry of an option whose key may have dots: `row.num` is found as one key and as
 * `row { num }`, in any mixture.
 */
export const findEntry = (object: ConfigObject, key: string): ConfigEntry | undefined => {
  const whole = object.entries.get(key)
  if (whole !== undefined) return whole
  for (let dot = key.indexOf('.'); dot !== -1; dot = key.indexOf('.', dot + 1)) {
    const inner = object.entries.get(key.slice(0, dot))?.value
    if (inner?.kind !== 'object') continue
    const found = findEntry(inner, key.slice(dot + 1))
    if (found !== undefined) return found
  }
  return undefined
}
