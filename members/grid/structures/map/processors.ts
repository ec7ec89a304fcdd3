import type { EntryLifetime } from './calls/caller.ts'

/** An entry in the hands of an entry processor; nobody else changes it meanwhile. */
export interface ProcessedEntry<Key = unknown, Value = unknown> {
  readonly key: Key
  /** Null where there is none. */
  readonly value: Value | null
  /** From now on `value`; it is written once the processor has returned. */
  setValue(value: Value, lifetime?: EntryLifetime): void
  /** Takes the entry away once the processor has returned. */
  remove(): void
}

/**
 * A function that runs where an entry is, on the member's own thread: it must be short and must not
 * wait. What it returns goes back to the caller; where it throws nothing has changed.
 */
export type EntryProcessor<Key = unknown, Value = unknown, Argument = unknown> = (
  entry: ProcessedEntry<Key, Value>,
  argument: Argument,
) => unknown

/** The processors of a member by name: callers name one that every data member has. */
export type EntryProcessors = Readonly<Record<string, EntryProcessor>>
