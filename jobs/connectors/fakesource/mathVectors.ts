import type { VectorKind } from '../../../runtime/rows/index.ts'
import type { ColumnGenerator } from './generator.ts'
import { WORD_SHARE, type RandomWords } from './random.ts'

export interface VectorSettings {
  readonly kind: VectorKind
  readonly dimension: number
  readonly minimum: number
  readonly maximum: number
}

/** Columns of the vector types: `dimension` random numbers each, bits for a binary_vector. */
export const mathVectors = (settings: VectorSettings): ColumnGenerator => {
  const makeOne = vectorMaker(settings)
  return (random, rowCount) => {
    const values = new Array<ReturnType<typeof makeOne>>(rowCount)
    for (let row = 0; row < rowCount; row += 1) values[row] = makeOne(random)
    return { kind: 'object', values, nulls: null }
  }
}

type VectorMaker = (
  random: RandomWords,
) => Uint8Array | Float32Array | Uint16Array | ReadonlyMap<number, number>

const vectorMaker = ({ kind, dimension, minimum, maximum }: VectorSettings): VectorMaker => {
  const scale = (maximum - minimum) * WORD_SHARE
  const floats = (random: RandomWords): Float32Array =>
    Float32Array.from(
      random.take(dimension).subarray(0, dimension),
      (word) => minimum + word * scale,
    )
  switch (kind) {
    case 'binary_vector':
      return (random) => Uint8Array.from(random.take(dimension >>> 3).subarray(0, dimension >>> 3))
    case 'float_vector':
      return floats
    case 'float16_vector':
      return (random) => new Uint16Array(Float16Array.from(floats(random)).buffer)
    case 'bfloat16_vector':
      // A bfloat16 is the upper half of a float.
      return (random) =>
        Uint16Array.from(new Uint32Array(floats(random).buffer), (bits) => bits >>> 16)
    case 'sparse_float_vector':
      return (random) => sparse(random, dimension, minimum, scale)
    default:
      return kind satisfies never
  }
}

const sparse = (
  random: RandomWords,
  dimension: number,
  minimum: number,
  scale: number,
): ReadonlyMap<number, number> => {
  const items = new Map<number, number>()
  while (items.size < dimension) {
    const words = random.take(2)
    items.set(words[0]! >>> 1, Math.fround(minimum + words[1]! * scale))
  }
  return items
}
