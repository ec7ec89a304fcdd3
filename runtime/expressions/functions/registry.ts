import { DATE_PART_FUNCTIONS } from './dateParts.ts'
import { DATE_FUNCTIONS } from './dates.ts'
import { NUMERIC_FUNCTIONS } from './numeric.ts'
import { SEARCH_FUNCTIONS } from './search.ts'
import type { FunctionSpec } from './spec.ts'
import { STRING_FUNCTIONS } from './strings.ts'
import { SYSTEM_FUNCTIONS } from './system.ts'
import { VECTOR_FUNCTIONS } from './vectors.ts'

const FUNCTIONS: ReadonlyMap<string, FunctionSpec> = new Map(
  [
    ...STRING_FUNCTIONS,
    ...SEARCH_FUNCTIONS,
    ...NUMERIC_FUNCTIONS,
    ...DATE_PART_FUNCTIONS,
    ...DATE_FUNCTIONS,
    ...SYSTEM_FUNCTIONS,
    ...VECTOR_FUNCTIONS,
  ].flatMap((spec) => spec.names.map((name) => [name, spec] as const)),
)

/** The function of a name in upper case. */
export const functionOf = (name: string): FunctionSpec | undefined => FUNCTIONS.get(name)

export const functionNames = (): Iterable<string> => FUNCTIONS.keys()
