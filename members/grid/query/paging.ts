import { EngineError } from '../../../runtime/errors/index.ts'
import { attributeOf, type QueryEntry } from './attributes.ts'
import type { Predicate } from './predicate.ts'
import { compareValues } from './values.ts'

/** By what entries are put in order; entries that are alike come in the order of their keys. */
export interface Order {
  readonly attribute: string
  readonly isDescending?: boolean
}

/** Where a page ends: the next one begins after it. */
export interface Anchor {
  /** Of the attributes of the order. */
  readonly values: readonly unknown[]
  /** A text that only this key has. */
  readonly keyText: string
}

/** The part of an ordered result that is wanted, as plain data. */
export interface Page {
  readonly orders: readonly Order[]
  readonly after: Anchor | null
  readonly countMax: number
}

/** Whether a page makes sense; GRD-020 where it does not. It comes as data. */
export const checkPage = ({ orders, after, countMax }: Page): void => {
  const isRead = Array.isArray(orders) && (after === null || Array.isArray(after?.values))
  if (isRead && Number.isInteger(countMax) && countMax > 0) return
  throw new EngineError('GRD-020', `A page of ${String(countMax)} entries makes no sense`)
}

/** The anchor of an entry. */
export const anchorReader = (
  orders: readonly Order[],
): ((entry: QueryEntry, keyText: string) => Anchor) => {
  const attributes = orders.map(({ attribute }) => attributeOf(attribute))
  return (entry, keyText) => ({
    values: attributes.map((attribute) => attribute.read(entry)),
    keyText,
  })
}

export const compareAnchors =
  (orders: readonly Order[]) =>
  (left: Anchor, right: Anchor): number => {
    for (const [at, { isDescending = false }] of orders.entries()) {
      const order = compareValues(left.values[at], right.values[at])
      if (order !== 0) return isDescending ? -order : order
    }
    return left.keyText < right.keyText ? -1 : Number(left.keyText > right.keyText)
  }

/**
 * A predicate whose entries are fetched page by page, in order. It remembers where pages end, so
 * going on costs each partition one page.
 */
export interface PagingPredicate {
  readonly predicate: Predicate
  readonly orders: readonly Order[]
  readonly pageSize: number
  /** The page that the next query gives, from 0. */
  page: number
  nextPage(): void
  /** Stays where it is on the first page. */
  previousPage(): void
  /** By page: the end of it, as the last query that reached it saw it. */
  readonly anchors: (Anchor | undefined)[]
}

/** By key where no order is given. */
export const pagingPredicate = (
  predicate: Predicate,
  pageSize: number,
  orders: readonly Order[] = [{ attribute: '__key' }],
): PagingPredicate => ({
  predicate,
  orders,
  pageSize,
  page: 0,
  nextPage() {
    this.page += 1
  },
  previousPage() {
    this.page = Math.max(0, this.page - 1)
  },
  anchors: [],
})
