import { compareDecimal, Decimal, formatText, type DataType, type Value } from '../../rows/index.ts'
import { converterOf } from '../castValues.ts'
import { commonType, isTemporal, NULL, STRING } from '../types.ts'
import { formatterOf } from './dates.ts'
import { desDecrypt, desEncrypt } from './des.ts'
import type { FunctionCall, FunctionSpec } from './spec.ts'

const elementOf = ({ args }: FunctionCall): DataType => {
  const { type } = args[0]!
  return type.kind === 'array' ? type.element : NULL
}

/** One type for all of `types`: the common one, or text where they have none in common. */
const unified = (types: readonly DataType[]): DataType => {
  const type = types.reduce<DataType | null>(
    (common, next) => (common === null ? null : commonType(common, next)),
    NULL,
  )
  return type === null || type.kind === 'null' ? STRING : type
}

const convertersOf = (call: FunctionCall, type: DataType) =>
  call.args.map((argument) => {
    const convert = argument.type.kind === type.kind ? null : converterOf(argument.type, type)
    return (value: Value): Value =>
      value === null || convert === null ? value : (convert(value) ?? null)
  })

const arrayType = ({ args }: FunctionCall): DataType & { kind: 'array' } => ({
  kind: 'array',
  element: unified(args.map(({ type }) => type)),
})

const mapType = ({ args }: FunctionCall): DataType & { kind: 'map' } => ({
  kind: 'map',
  key: unified(args.filter((_, index) => index % 2 === 0).map(({ type }) => type)),
  value: unified(args.filter((_, index) => index % 2 === 1).map(({ type }) => type)),
})

const makeArray = (call: FunctionCall) => {
  const converters = convertersOf(call, arrayType(call).element)
  return (...values: Value[]): Value => values.map((value, index) => converters[index]!(value))
}

const makeMap = (call: FunctionCall) => {
  if (call.args.length % 2 === 1) call.refuse('MAP needs a value for each key.')
  const { key, value } = mapType(call)
  const keys = convertersOf(call, key)
  const values = convertersOf(call, value)
  return (...entries: Value[]): Value => {
    const map = new Map<Value, Value>()
    for (let index = 0; index < entries.length; index += 2) {
      map.set(keys[index]!(entries[index]!), values[index + 1]!(entries[index + 1]!))
    }
    return map
  }
}

const isAbove = (left: Value, right: Value): boolean =>
  left instanceof Decimal ? compareDecimal(left, right as Decimal) > 0 : left! > right!

/** The largest or smallest item that is not null; null when there is none. */
const extreme = (call: FunctionCall) => {
  const largest = call.name === 'ARRAY_MAX'
  return (items: readonly Value[]): Value => {
    let best: Value = null
    for (const item of items) {
      if (item === null) continue
      if (best === null || (largest ? isAbove(item, best) : isAbove(best, item))) best = item
    }
    return best
  }
}

const toChar = ({ args }: FunctionCall) => {
  const { type } = args[0]!
  if (args.length === 1 || !isTemporal(type)) return (value: Value) => formatText(type, value)
  return formatterOf(type)
}

export const SYSTEM_FUNCTIONS: readonly FunctionSpec[] = [
  {
    names: ['UUID'],
    parameters: [],
    type: STRING,
    volatile: 'row',
    make:
      ({ context }) =>
      () =>
        context.random.uuid(),
  },
  {
    names: ['ARRAY'],
    parameters: [],
    rest: 'any',
    type: arrayType,
    seesNulls: true,
    make: makeArray,
  },
  { names: ['MAP'], parameters: [], rest: 'any', type: mapType, seesNulls: true, make: makeMap },
  {
    names: ['ARRAY_MAX', 'ARRAY_MIN'],
    parameters: ['array'],
    type: elementOf,
    make: extreme,
  },
  { names: ['TO_CHAR'], parameters: ['any'], optional: ['string'], type: STRING, make: toChar },
  {
    names: ['DES_ENCRYPT'],
    parameters: ['string', 'string'],
    type: STRING,
    fallible: true,
    make: (call) => (key: string, text: string) =>
      desEncrypt(key, text) ?? call.fail('DES_ENCRYPT needs a key of at least 8 characters.'),
  },
  {
    names: ['DES_DECRYPT'],
    parameters: ['string', 'string'],
    type: STRING,
    fallible: true,
    make: (call) => (key: string, text: string) =>
      desDecrypt(key, text) ??
      call.fail(
        'DES_DECRYPT needs the key of at least 8 characters that the text was encrypted with.',
      ),
  },
]
