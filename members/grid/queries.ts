import {
  always,
  and,
  avg,
  between,
  count,
  distinct,
  equal,
  greaterEqual,
  greaterThan,
  ilike,
  isIn,
  lessEqual,
  lessThan,
  like,
  max,
  maxBy,
  min,
  minBy,
  multiAttribute,
  never,
  not,
  notEqual,
  or,
  pagingPredicate,
  regex,
  singleAttribute,
  sqlPredicate,
  sum,
} from './query/index.ts'

/** Which entries of a map: by attributes of the value, `__key` for the key, `this` for the value. */
export const predicates = {
  always,
  and,
  between,
  equal,
  greaterEqual,
  greaterThan,
  ilike,
  isIn,
  lessEqual,
  lessThan,
  like,
  never,
  not,
  notEqual,
  or,
  paging: pagingPredicate,
  regex,
  /** As after WHERE: `age > 30 AND city = 'Oslo'`. */
  sql: sqlPredicate,
} as const

/** What is computed of entries where they are. */
export const aggregations = { avg, count, distinct, max, maxBy, min, minBy, sum } as const

/** What is taken of entries where they are. */
export const projections = { singleAttribute, multiAttribute } as const
