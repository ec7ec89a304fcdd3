import type { DataType, Value } from '../../rows/index.ts'
import { packAny, unpackAny } from './anyValues.ts'
import type { ByteReader } from './byteReader.ts'
import type { ByteWriter } from './byteWriter.ts'
import { inferShape, type Shape } from './shape.ts'
import { readValue, writeValue } from './values.ts'

/** How a column of undeclared values is written: by the one shape of its objects, or value by value. */
const BY_SHAPE = 1
const AS_ONE = 0

type PlainObject = Readonly<Record<string, Value>>

/** Writes the values of an object column. */
export const packObjects = (type: DataType, values: readonly Value[], to: ByteWriter): void => {
  if (type.kind !== 'any') {
    for (const value of values) writeValue(type, value, to)
    return
  }
  const shape = inferShape(values)
  if (shape === null) {
    to.byte(AS_ONE)
    to.block(packAny(values))
    return
  }
  to.byte(BY_SHAPE)
  to.text(JSON.stringify(shape))
  for (const [key, fieldType] of shape) {
    for (const value of values) {
      writeValue(fieldType, (value as unknown as PlainObject)[key]!, to)
    }
  }
}

/** Reads `rowCount` values that `packObjects` wrote. */
export const unpackObjects = (type: DataType, rowCount: number, from: ByteReader): Value[] => {
  const values = new Array<Value>(rowCount)
  if (type.kind !== 'any') {
    for (let row = 0; row < rowCount; row += 1) values[row] = readValue(type, from)
    return values
  }
  if (from.byte() === AS_ONE) return unpackAny(from.block()) as unknown as Value[]
  const shape = JSON.parse(from.text()) as Shape
  const objects = Array.from({ length: rowCount }, (): Record<string, Value> => ({}))
  for (const [key, fieldType] of shape) {
    for (const object of objects) object[key] = readValue(fieldType, from)
  }
  return objects as unknown as Value[]
}
