import { z } from 'zod'

// Values come as texts from XML, the environment and the command line, and typed from YAML.

const asNumber = (value: unknown): unknown =>
  typeof value === 'string' && value.trim() !== '' ? Number(value) : value

const asBoolean = (value: unknown): unknown => {
  if (typeof value !== 'string') return value
  const word = value.trim().toLowerCase()
  if (word === 'true') return true
  return word === 'false' ? false : value
}

const asText = (value: unknown): unknown =>
  typeof value === 'number' || typeof value === 'boolean' ? String(value) : value

export const integer = (minimum = 0, maximum = Number.MAX_SAFE_INTEGER) =>
  z.preprocess(asNumber, z.int().min(minimum).max(maximum))

export const decimal = (minimum = 0) => z.preprocess(asNumber, z.number().min(minimum))

export const flag = () => z.preprocess(asBoolean, z.boolean())

export const text = () => z.preprocess(asText, z.string())

/** One of `values`, in any case. */
export const choice = <const Values extends readonly [string, ...string[]]>(values: Values) =>
  z.preprocess(
    (value) =>
      typeof value === 'string'
        ? (values.find((each) => each.toLowerCase() === value.trim().toLowerCase()) ?? value)
        : value,
    z.enum(values),
  )

export const list = () => z.array(text())

/** Free keys with texts, such as the options of a storage. */
export const texts = () => z.record(z.string(), text())

/** An object that is there with its defaults when it is not written. */
export const section = <Shape extends z.core.$ZodLooseShape>(shape: Shape) =>
  z.object(shape).prefault({} as never)
