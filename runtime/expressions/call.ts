import { EngineError, nearest, type Place } from '../errors/index.ts'
import {
  constantVector,
  formatType,
  Timestamp,
  vectorOf,
  zoneOf,
  type Batch,
  type DataType,
  type Value,
  type Vector,
} from '../rows/index.ts'
import { castTo } from './cast.ts'
import { cellsOf, nullsOf, unionNulls } from './cells.ts'
import { compileChoice, compileCoalesce, compileNullIf, type Way } from './choice.ts'
import { constantOf, derived, type Compiled, type Scope } from './compiled.ts'
import { compileConcat } from './functions/concat.ts'
import { functionNames, functionOf } from './functions/registry.ts'
import type { FunctionCall, FunctionSpec, ParameterKind } from './functions/spec.ts'
import { requireCondition } from './logic.ts'
import { mapRows, type RowFunction } from './rowKernel.ts'
import type { Expression } from './syntax/tree.ts'
import { DOUBLE, INT, isNumeric, isSmallInteger, isTemporal, NULL, STRING } from './types.ts'
import { widen } from './widen.ts'

/** A function whose types or order of evaluation depend on the arguments. */
interface SpecialForm {
  readonly accepts: (argumentCount: number) => boolean
  readonly compile: (args: readonly Compiled[], at: Place) => Compiled
}

const SPECIAL_FORMS: ReadonlyMap<string, SpecialForm> = new Map<string, SpecialForm>([
  ['COALESCE', { accepts: (count) => count >= 1, compile: compileCoalesce }],
  ['CONCAT', { accepts: (count) => count >= 1, compile: compileConcat }],
  ['IFNULL', { accepts: (count) => count === 2, compile: compileCoalesce }],
  [
    'MULTI_IF',
    {
      accepts: (count) => count >= 3 && count % 2 === 1,
      compile: (args, at) => compileMultiIf(args, at),
    },
  ],
  [
    'NULLIF',
    {
      accepts: (count) => count === 2,
      compile: ([left, right], at) => compileNullIf(left!, right!, at),
    },
  ],
])

const compileMultiIf: SpecialForm['compile'] = (args, at) => {
  const ways: Way[] = []
  for (let index = 0; index + 1 < args.length; index += 2) {
    const condition = requireCondition(args[index]!, 'MULTI_IF', at)
    ways.push({ condition, result: args[index + 1]! })
  }
  return compileChoice(ways, args.at(-1)!, at)
}

/** A call of a function by its name in any case. SQL-004 for an unknown one. */
export const compileCall = (
  name: string,
  args: readonly Expression[],
  scope: Scope,
  at: Place,
  compile: (expression: Expression, scope: Scope) => Compiled,
): Compiled => {
  const upper = name.toUpperCase()
  const special = SPECIAL_FORMS.get(upper)
  const spec = functionOf(upper)
  if (special === undefined && spec === undefined) throw unknownFunction(name, at)
  const compiled = args.map((argument) => compile(argument, scope))
  if (special !== undefined) {
    if (special.accepts(args.length)) return special.compile(compiled, at)
    throw wrongCount(upper, args.length, at)
  }
  const call = prepareCall(spec!, upper, compiled, scope, at)
  return compileFunction(spec!, call)
}

const unknownFunction = (name: string, at: Place): EngineError => {
  const close = nearest(name, [...functionNames(), ...SPECIAL_FORMS.keys()])
  const advice = close === undefined ? '' : ` Did you mean ${close}?`
  return new EngineError('SQL-004', `There is no function ${name.toUpperCase()}.${advice}`, { at })
}

const wrongCount = (name: string, count: number, at: Place): EngineError =>
  new EngineError('SQL-005', `${name} does not take ${count} argument${count === 1 ? '' : 's'}.`, {
    at,
  })

const prepareCall = (
  spec: FunctionSpec,
  name: string,
  args: readonly Compiled[],
  scope: Scope,
  at: Place,
): FunctionCall => {
  const kinds = [...spec.parameters, ...(spec.optional ?? [])]
  const tooMany = args.length > kinds.length && spec.rest === undefined
  if (args.length < spec.parameters.length || tooMany) throw wrongCount(name, args.length, at)
  const refuse = (sentence: string): never => {
    throw new EngineError('SQL-005', sentence, { at })
  }
  const fail = (sentence: string): never => {
    throw new EngineError('SQL-006', sentence, { at })
  }
  const converted = args.map((argument, index) =>
    convertArgument(argument, kinds[index] ?? spec.rest!, name, at),
  )
  return { name, args: converted, context: scope.context, at, refuse, fail }
}

const convertArgument = (
  argument: Compiled,
  kind: ParameterKind,
  name: string,
  at: Place,
): Compiled => {
  const { type } = argument
  if (kind === 'any' || type.kind === 'null') return argument
  if (kind === 'string') return castTo(argument, STRING, at)
  if (!ACCEPTS[kind](type)) {
    throw new EngineError(
      'SQL-005',
      `${name} does not take a ${formatType(type)} here; use CAST.`,
      { at },
    )
  }
  if (kind === 'number') return widen(argument, DOUBLE)
  return kind === 'integer' && !isSmallInteger(type) ? castTo(argument, INT, at) : argument
}

const VECTORS = new Set(['array', 'float_vector', 'float16_vector', 'bfloat16_vector'])

const ACCEPTS: {
  readonly [Kind in Exclude<ParameterKind, 'any' | 'string'>]: (type: DataType) => boolean
} = {
  number: isNumeric,
  integer: isNumeric,
  numeric: isNumeric,
  temporal: isTemporal,
  dated: (type) => isTemporal(type) && type.kind !== 'time',
  clocked: (type) => isTemporal(type) && type.kind !== 'date',
  array: (type) => type.kind === 'array',
  vector: (type) => VECTORS.has(type.kind) || type.kind === 'sparse_float_vector',
}

const compileFunction = (spec: FunctionSpec, call: FunctionCall): Compiled => {
  const type = typeof spec.type === 'function' ? spec.type(call) : spec.type
  const { args } = call
  const required = args.slice(0, spec.parameters.length)
  if (spec.seesNulls !== true && required.some((argument) => argument.type.kind === 'null')) {
    return constantOf(type, null)
  }
  const apply = spec.make(call) as RowFunction
  const own = { fallible: spec.fallible === true, volatile: spec.volatile !== undefined }
  if (args.length === 0) return derived(type, [], sourceOf(spec, type, apply), own)
  const nullable = spec.seesNulls === true ? 0 : spec.parameters.length
  return derived(type, args, (batch: Batch) => applyTo(batch, args, nullable, type, apply), own)
}

const sourceOf =
  (spec: FunctionSpec, type: DataType, apply: RowFunction) =>
  (batch: Batch): Vector =>
    spec.volatile === 'row'
      ? vectorOf(
          type,
          Array.from({ length: batch.rowCount }, () => apply()),
        )
      : constantVector(type, apply(), batch.rowCount)

/** Nulls among the first `nullable` arguments make a row null; the function sees all others. */
const applyTo = (
  batch: Batch,
  args: readonly Compiled[],
  nullable: number,
  type: DataType,
  apply: RowFunction,
): Vector => {
  let nulls: Uint8Array | null = null
  const columns = args.map((argument, index) => {
    const vector = argument.evaluate(batch)
    const ownNulls = nullsOf(vector)
    if (index < nullable) nulls = unionNulls(nulls, ownNulls)
    const cells = cellsOf(vector)
    return index < nullable || ownNulls === null
      ? cells
      : Array.from(cells, (value, row) => (ownNulls[row] === 1 ? null : value))
  })
  return mapRows(type, nulls, apply, columns)
}

/** `EXTRACT(field FROM value)`. */
export const compileExtract = (
  field: string,
  operand: Compiled,
  scope: Scope,
  at: Place,
): Compiled => {
  const spec = functionOf('EXTRACT')!
  const args = [operand, constantOf(STRING, field)]
  return compileFunction(spec, prepareCall(spec, 'EXTRACT', args, scope, at))
}

/**
 * `value AT TIME ZONE zone`: a local timestamp is taken as what the clocks of the zone show; one
 * with an offset keeps its instant and gets the offset of the zone.
 */
export const compileTimeZone = (operand: Compiled, zone: Compiled, at: Place): Compiled => {
  const type: DataType = { kind: 'timestamp_tz' }
  if (operand.type.kind === 'null') return constantOf(NULL, null)
  if (typeof zone.constant !== 'string' || !operand.type.kind.startsWith('timestamp')) {
    throw new EngineError(
      'SQL-005',
      "AT TIME ZONE needs a timestamp and the name of a zone in quotes, such as 'Asia/Shanghai'.",
      { at },
    )
  }
  const rules = zoneOf(zone.constant)
  const convert = (value: Value): Value => {
    const { epochSeconds, nanos, offsetSeconds } = value as Timestamp
    if (offsetSeconds !== null) {
      return new Timestamp(epochSeconds, nanos, rules.offsetAt(epochSeconds))
    }
    const offset = rules.offsetAtLocal(epochSeconds)
    return new Timestamp(epochSeconds - offset, nanos, offset)
  }
  return derived(type, [operand], (batch: Batch) => applyTo(batch, [operand], 1, type, convert))
}
