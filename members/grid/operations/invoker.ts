import type { ByteSource } from '../bytes/index.ts'

/** A call of an operation, from a proxy. */
export interface Invocation {
  readonly serviceId: number
  readonly operation: number
  /** Of the structure. */
  readonly name: string
  readonly partition: number
  readonly arguments: Uint8Array
  /** Twice does what once does: it is tried again also when nobody knows whether it has run. */
  readonly isIdempotent: boolean
  /** How long the operation itself may wait, such as for an element; 0 for those that do not. */
  readonly waitMs?: number
  /** Aborting it rejects with its reason; a call that waits is taken back. */
  readonly signal?: AbortSignal
}

export interface Subscription {
  /** Resolves when no event comes any more. */
  cancel(): Promise<void>
}

/** How proxies of structures reach the partitions, in a member and in a client. */
export interface GridInvoker {
  readonly partitionCount: number
  /** Who calls: locks belong to it. */
  readonly callerId: string
  /**
   * Resolves with the result, which is the caller's to keep. Tries again by itself while the
   * partition moves. Rejects with EngineError: GRD-001 no answer in time, GRD-002 it may or may not
   * have run, GRD-003 no member holds data, GRD-004 this side of a split must not answer, and what
   * the structure refuses.
   */
  invoke(invocation: Invocation): Promise<ByteSource>
  /** The same operation on many partitions, a message for each member; results by partition. */
  invokeOnPartitions(
    partitions: readonly number[],
    invocation: Omit<Invocation, 'partition'>,
  ): Promise<Map<number, ByteSource>>
  /**
   * Operations with arguments of their own, a message for each member; results in their order.
   * One that is refused rejects all; those that ran have run.
   */
  invokeAll(invocations: readonly Invocation[]): Promise<ByteSource[]>
  /**
   * Calls back for events of a structure, each once, in order for a key; after a change of owners
   * it goes on with the new ones. `filter` is what the structure's `matches` takes.
   */
  subscribe(
    serviceId: number,
    name: string,
    filter: Uint8Array,
    onEvent: (event: ByteSource) => void,
  ): Promise<Subscription>
}
