export {
  aggregatorOf,
  avg,
  count,
  distinct,
  max,
  maxBy,
  min,
  minBy,
  sum,
  type Aggregation,
  type Aggregator,
} from './aggregations.ts'
export { type QueryEntry } from './attributes.ts'
export { checkIndex, createIndexes, type Indexes } from './indexes.ts'
export { compilePredicate, type Matcher } from './matcher.ts'
export {
  anchorReader,
  checkPage,
  compareAnchors,
  pagingPredicate,
  type Anchor,
  type Order,
  type Page,
  type PagingPredicate,
} from './paging.ts'
export {
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
  regex,
  type Comparable,
  type Predicate,
} from './predicate.ts'
export {
  compileProjection,
  multiAttribute,
  singleAttribute,
  type Projection,
} from './projections.ts'
export { sqlPredicate } from './sqlPredicate.ts'
