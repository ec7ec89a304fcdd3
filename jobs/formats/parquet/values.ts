import {
  Decimal,
  parseText,
  Timestamp,
  type DataType,
  type Value,
} from '../../../runtime/rows/index.ts'

const NANOS_OF_SECOND = 1_000_000_000n

/** How a column of times counts them; timestamps come as nanoseconds already. */
export type TimeUnit = 'millis' | 'micros' | 'nanos'

const NANOS_OF_UNIT = { millis: 1e6, micros: 1e3, nanos: 1 } as const

/** The value of what the parquet reader made of a cell: raw numbers, bytes, lists and objects. */
export const valueOf = (type: DataType, raw: unknown, unit: TimeUnit): Value => {
  if (raw === null || raw === undefined) return null
  switch (type.kind) {
    case 'tinyint':
    case 'smallint':
    case 'int':
    case 'float':
    case 'double':
    case 'date':
      return Number(raw)
    case 'time':
      return Number(raw) * NANOS_OF_UNIT[unit]
    case 'bigint':
      return BigInt(raw as number | bigint)
    case 'decimal':
      return new Decimal(
        raw instanceof Uint8Array ? signed(raw) : BigInt(raw as number | bigint),
        type.scale,
      )
    case 'timestamp':
    case 'timestamp_tz':
      return timestampOf(raw as bigint, type.kind === 'timestamp_tz')
    case 'array':
      return (raw as readonly unknown[]).map((item) => valueOf(type.element, item, unit))
    case 'float_vector':
      return Float32Array.from(raw as readonly number[])
    case 'float16_vector':
    case 'bfloat16_vector':
      return Uint16Array.from(raw as readonly number[])
    case 'map':
      return mapOf(type.key, type.value, raw, unit)
    case 'sparse_float_vector':
      return mapOf({ kind: 'int' }, { kind: 'float' }, raw, unit)
    case 'row': {
      const cells = raw as { readonly [name: string]: unknown }
      return type.fields.map((field) => valueOf(field.type, cells[field.name], unit))
    }
    case 'null':
      return null
    default:
      return raw as Value
  }
}

const mapOf = (keyType: DataType, valueType: DataType, raw: unknown, unit: TimeUnit): Value =>
  new Map(
    Object.entries(raw as { readonly [key: string]: unknown }).map(([key, item]) => [
      parseText(keyType, key),
      valueOf(valueType, item, unit),
    ]),
  )

const signed = (bytes: Uint8Array): bigint => {
  let value = 0n
  for (const byte of bytes) value = (value << 8n) | BigInt(byte)
  return BigInt.asIntN(bytes.length * 8, value)
}

const timestampOf = (nanos: bigint, isZoned: boolean): Timestamp => {
  const rest = ((nanos % NANOS_OF_SECOND) + NANOS_OF_SECOND) % NANOS_OF_SECOND
  return new Timestamp(Number((nanos - rest) / NANOS_OF_SECOND), Number(rest), isZoned ? 0 : null)
}
