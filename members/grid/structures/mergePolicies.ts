import { EngineError, messageOf } from '../../../runtime/errors/index.ts'
import { MERGE_POLICIES, type MergePolicy } from '../settings.ts'

/** What one side of a split has, with what is known about it. Times are milliseconds since 1970. */
export interface MergedEntry<Key = unknown, Value = unknown> {
  readonly key: Key
  readonly value: Value
  readonly hits: number
  readonly createdAtMs: number
  readonly updatedAtMs: number
  readonly accessedAtMs: number
  /** Infinity for never. */
  readonly expiresAtMs: number
}

/**
 * Decides about an entry of the side that gives way; `existing` is that of the other side, if any.
 * Returns the value that stays, null for none. It runs on the member's own thread, where the entry
 * is, must not wait, and should give the same for the same.
 */
export type MergeFunction<Key = unknown, Value = unknown> = (
  merging: MergedEntry<Key, Value>,
  existing: MergedEntry<Key, Value> | undefined,
) => Value | null

/** The merge functions of a member by name: all data members must have those that are configured. */
export type MergeFunctions = Readonly<Record<string, MergeFunction>>

type Times = Omit<MergedEntry, 'key' | 'value'>
type Compared = Exclude<
  (typeof MERGE_POLICIES)[number],
  'discard' | 'pass-through' | 'put-if-absent'
>

const MEASURES: Readonly<Record<Compared, (entry: Times) => number>> = {
  'latest-update': ({ updatedAtMs }) => updatedAtMs,
  'latest-access': ({ accessedAtMs }) => accessedAtMs,
  'higher-hits': ({ hits }) => hits,
  'expiration-time': ({ expiresAtMs }) => expiresAtMs,
}

const isCompared = (policy: MergePolicy): policy is Compared => Object.hasOwn(MEASURES, policy)

/**
 * Whether the entry of the side that gives way takes the place of the other one; undefined where
 * the policy is not one of Hazelcast's. Where both measure the same it does, as in Hazelcast.
 */
export const winsBy = (
  policy: MergePolicy,
  merging: Times,
  existing: Times | undefined,
): boolean | undefined => {
  if (policy === 'discard') return false
  if (policy === 'pass-through') return true
  if (policy === 'put-if-absent') return existing === undefined
  if (!isCompared(policy)) return undefined
  const measure = MEASURES[policy]
  return existing === undefined || measure(merging) >= measure(existing)
}

/** Whether entries have to count how often and when they are read for it; a function may want it. */
export const looksAtReads = (policy: MergePolicy): boolean =>
  policy === 'latest-access' ||
  policy === 'higher-hits' ||
  !MERGE_POLICIES.some((known) => known === policy)

/** What a function of the user decides; throws GRD-007 where it is missing or fails. */
export const decideBy = (
  functions: MergeFunctions,
  name: string,
  merging: MergedEntry,
  existing: MergedEntry | undefined,
): unknown => {
  if (!Object.hasOwn(functions, name)) {
    throw new EngineError('GRD-007', `A member has no merge function \`${name}\``)
  }
  try {
    const decided: unknown = functions[name]!(merging, existing)
    if (decided instanceof Promise) throw new Error('it returned a promise, but it must not wait')
    return decided ?? null
  } catch (cause) {
    const text = `The merge function \`${name}\` failed: ${messageOf(cause)}`
    throw new EngineError('GRD-007', text, { cause })
  }
}

/**
 * Whether a whole collection of the side that gives way takes the place of the other one: it has no
 * times, so the policies that compare them count as `put-if-absent`, as in Hazelcast.
 */
export const replacesWhole = (policy: MergePolicy, isThere: boolean): boolean =>
  policy === 'pass-through' || (policy !== 'discard' && !isThere)
