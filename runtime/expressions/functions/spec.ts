import type { Place } from '../../errors/index.ts'
import type { DataType, Value } from '../../rows/index.ts'
import type { Compiled, ExpressionContext } from '../compiled.ts'

/**
 * What a parameter takes and how its values reach the function: `string` anything, as text;
 * `number` any number, as a double; `integer` any number, as an int32 without its fraction;
 * `dated` a date or timestamp, `clocked` a time or timestamp, `temporal` any of them; `numeric`,
 * `array`, `vector` and `any` as they are.
 */
export type ParameterKind =
  | 'string'
  | 'number'
  | 'integer'
  | 'numeric'
  | 'dated'
  | 'clocked'
  | 'temporal'
  | 'array'
  | 'vector'
  | 'any'

export interface FunctionCall {
  /** The function's name in upper case. */
  readonly name: string
  /** The arguments, converted as the parameters say. */
  readonly args: readonly Compiled[]
  readonly context: ExpressionContext
  readonly at: Place
  /** Refuses the call as it is written: SQL-005 at its place. */
  refuse(sentence: string): never
  /** Fails the row at hand: SQL-006. */
  fail(sentence: string): never
}

/** A function of the values of one row. */
export interface FunctionSpec {
  readonly names: readonly string[]
  readonly parameters: readonly ParameterKind[]
  readonly optional?: readonly ParameterKind[]
  /** Any number of further arguments. */
  readonly rest?: ParameterKind
  readonly type: DataType | ((call: FunctionCall) => DataType)
  /** The function sees nulls; otherwise a null argument makes the result null. */
  readonly seesNulls?: boolean
  /** Some values make it fail their row. */
  readonly fallible?: boolean
  /** Each row or batch gets its own value although the arguments are the same. */
  readonly volatile?: 'row' | 'batch'
  /** Made once a call in a query: compiles patterns and the like. */
  readonly make: (call: FunctionCall) => (...values: never[]) => Value
}
