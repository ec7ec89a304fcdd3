import { numberOfBfloat16, numberOfFloat16, type DataType, type Value } from '../../rows/index.ts'
import { DOUBLE, INT } from '../types.ts'
import { gaussian, makeJavaRandom } from './javaRandom.ts'
import type { FunctionCall, FunctionSpec } from './spec.ts'

type Numbers = ArrayLike<number>

/** Reads the numbers of a vector; a sparse one up to its highest index. */
const numbersOf = (type: DataType): ((value: Value) => Numbers) => {
  switch (type.kind) {
    case 'float_vector':
      return (value) => value as Float32Array
    case 'float16_vector':
      return (value) => Array.from(value as Uint16Array, numberOfFloat16)
    case 'bfloat16_vector':
      return (value) => Array.from(value as Uint16Array, numberOfBfloat16)
    case 'sparse_float_vector':
      return (value) => denseOf(value as ReadonlyMap<number, number>)
    default:
      return (value) => Array.from(value as readonly Value[], (item) => Number(item ?? 0))
  }
}

const DENSE_MAX = 1_000_000

const denseOf = (entries: ReadonlyMap<number, number>): Float64Array => {
  const size = Math.max(-1, ...entries.keys()) + 1
  const dense = new Float64Array(Math.min(size, DENSE_MAX))
  for (const [index, number] of entries) dense[index] = number
  return dense
}

const sumOver = (
  left: Numbers,
  right: Numbers,
  term: (left: number, right: number) => number,
): number => {
  let sum = 0
  for (let index = 0; index < left.length; index += 1) sum += term(left[index]!, right[index]!)
  return sum
}

const dot = (left: number, right: number): number => left * right

const pairwise = (
  name: string,
  compute: (left: Numbers, right: Numbers) => number,
): FunctionSpec => ({
  names: [name],
  parameters: ['vector', 'vector'],
  type: DOUBLE,
  fallible: true,
  make: (call) => {
    const left = numbersOf(call.args[0]!.type)
    const right = numbersOf(call.args[1]!.type)
    return (first: Value, second: Value) => {
      const a = left(first)
      const b = right(second)
      if (a.length === b.length) return compute(a, b)
      return call.fail(`${name} needs vectors of one size, not of ${a.length} and ${b.length}.`)
    }
  },
})

/** 1 minus the cosine of the angle; 1 when a vector has no direction. */
const cosineDistance = (left: Numbers, right: Numbers): number => {
  const lengths = Math.sqrt(sumOver(left, left, dot)) * Math.sqrt(sumOver(right, right, dot))
  return lengths === 0 ? 1 : 1 - sumOver(left, right, dot) / lengths
}

/** A vector of the type of the first argument where that can hold any numbers, else floats. */
const vectorType = ({ args }: FunctionCall): DataType =>
  args[0]!.type.kind === 'array' ? args[0]!.type : { kind: 'float_vector' }

const vectorOf = (type: DataType, numbers: Numbers): Value =>
  type.kind === 'array' ? Array.from(numbers, Math.fround) : Float32Array.from(numbers)

type Projection = (size: number, target: number) => readonly Float64Array[]

/** The seed is fixed, so that a vector is reduced alike in every run. */
const PROJECTION_SEED = 42

const gaussianProjection: Projection = (size, target) => {
  const random = makeJavaRandom(PROJECTION_SEED)
  const scale = Math.sqrt(1 / target)
  return Array.from({ length: target }, () =>
    Float64Array.from({ length: size }, () => gaussian(random) * scale),
  )
}

/** A sixth of the weights is √3, a sixth is -√3, the others are 0. */
const sparseProjection: Projection = (size, target) => {
  const random = makeJavaRandom(PROJECTION_SEED)
  const weight = (): number => {
    const chance = random()
    return chance < 1 / 6 ? Math.sqrt(3) : chance < 2 / 6 ? -Math.sqrt(3) : 0
  }
  return Array.from({ length: target }, () => Float64Array.from({ length: size }, weight))
}

const PROJECTIONS: ReadonlyMap<string, Projection | null> = new Map([
  ['TRUNCATE', null],
  ['RANDOM_PROJECTION', gaussianProjection],
  ['SPARSE_RANDOM_PROJECTION', sparseProjection],
])

const reduce = (call: FunctionCall) => {
  const read = numbersOf(call.args[0]!.type)
  const type = vectorType(call)
  const matrices = new Map<string, readonly Float64Array[]>()
  const matrixOf = (make: Projection, method: string, size: number, target: number) => {
    const key = `${method} ${size} ${target}`
    const known = matrices.get(key)
    if (known !== undefined) return known
    const matrix = make(size, target)
    matrices.clear()
    matrices.set(key, matrix)
    return matrix
  }
  return (vector: Value, target: number, methodText: string): Value => {
    const method = methodText.toUpperCase()
    const make = PROJECTIONS.get(method)
    if (make === undefined || target < 1) {
      const methods = [...PROJECTIONS.keys()].join(', ')
      return call.fail(`VECTOR_REDUCE needs a positive size and one of ${methods}.`)
    }
    const numbers = read(vector)
    if (numbers.length <= target) return vectorOf(type, numbers)
    if (make === null) return vectorOf(type, Array.from(numbers).slice(0, target))
    const matrix = matrixOf(make, method, numbers.length, target)
    return vectorOf(
      type,
      matrix.map((weights) => sumOver(numbers, weights, dot)),
    )
  }
}

export const VECTOR_FUNCTIONS: readonly FunctionSpec[] = [
  pairwise('COSINE_DISTANCE', cosineDistance),
  pairwise('L1_DISTANCE', (left, right) => sumOver(left, right, (a, b) => Math.abs(a - b))),
  pairwise('L2_DISTANCE', (left, right) =>
    Math.sqrt(sumOver(left, right, (a, b) => (a - b) * (a - b))),
  ),
  pairwise('INNER_PRODUCT', (left, right) => sumOver(left, right, dot)),
  {
    names: ['VECTOR_DIMS'],
    parameters: ['vector'],
    type: INT,
    make: ({ args }) => {
      const read = numbersOf(args[0]!.type)
      return (vector: Value) => read(vector).length
    },
  },
  {
    names: ['VECTOR_NORM'],
    parameters: ['vector'],
    type: DOUBLE,
    make: ({ args }) => {
      const read = numbersOf(args[0]!.type)
      return (vector: Value) => {
        const numbers = read(vector)
        return Math.sqrt(sumOver(numbers, numbers, dot))
      }
    },
  },
  {
    names: ['VECTOR_REDUCE'],
    parameters: ['vector', 'integer', 'string'],
    type: vectorType,
    fallible: true,
    make: reduce,
  },
  {
    names: ['VECTOR_NORMALIZE'],
    parameters: ['vector'],
    type: vectorType,
    make: (call) => {
      const read = numbersOf(call.args[0]!.type)
      const type = vectorType(call)
      return (vector: Value) => {
        const numbers = read(vector)
        const length = Math.sqrt(sumOver(numbers, numbers, dot))
        return vectorOf(
          type,
          length === 0 ? numbers : Array.from(numbers, (number) => number / length),
        )
      }
    },
  },
]
