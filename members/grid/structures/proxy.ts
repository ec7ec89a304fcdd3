import { EngineError } from '../../../runtime/errors/index.ts'
import type { Host } from '../../../runtime/host/index.ts'
import { ByteSink, type ByteSource } from '../bytes/index.ts'
import { fromData, partitionOfName, toData } from '../data/index.ts'
import type { GridInvoker } from '../operations/index.ts'
import { DESTROY_OPERATION } from './structure.ts'

/** What the proxies of a member or a client are made of. */
export interface ProxyContext {
  readonly host: Host
  readonly invoker: GridInvoker
}

export interface CallOptions {
  /** Twice does what once does, also for the answer. */
  readonly isIdempotent?: boolean
  /** How long the operation itself may wait. */
  readonly waitMs?: number
  readonly signal?: AbortSignal | undefined
}

/** Calls an operation of one structure; `write` writes its arguments. */
export type Call = (
  operation: number,
  write?: (sink: ByteSink) => void,
  options?: CallOptions,
) => Promise<ByteSource>

export const READ: CallOptions = { isIdempotent: true }

/** Calls of a structure that lives in the partition of its name. */
export const callsOf = (invoker: GridInvoker, serviceId: number, name: string): Call => {
  const partition = partitionOfName(name, invoker.partitionCount)
  const sink = new ByteSink()
  return (operation, write, { isIdempotent = false, waitMs = 0, signal } = {}) => {
    sink.reset()
    write?.(sink)
    return invoker.invoke({
      serviceId,
      operation,
      name,
      partition,
      arguments: sink.copy(),
      isIdempotent,
      waitMs,
      ...(signal === undefined ? {} : { signal }),
    })
  }
}

/** What a structure that can be destroyed has. */
export interface Destroyable {
  /** Forgets all that the cluster has of it; used again it begins anew. */
  destroy(): Promise<void>
}

export const destroyBy =
  (call: Call): Destroyable['destroy'] =>
  async () => {
    await call(DESTROY_OPERATION, undefined, { isIdempotent: true })
  }

/** A value as the bytes that the grid keeps. */
export const toItem = (value: unknown): Uint8Array => {
  if (value === undefined || value === null) {
    throw new EngineError('GRD-034', 'The grid keeps no null: give a value')
  }
  return toData(value)
}

/** How items become bytes. */
export interface ItemCodec<T> {
  toItem(value: T): Uint8Array
  /** The bytes must be the caller's to keep, or be read at once. */
  fromItem(bytes: Uint8Array): T
}

/** What a proxy was told to hold is what it takes and gives; nothing checks it. */
export const itemCodec = <T>(): ItemCodec<T> => ({
  toItem,
  fromItem: (bytes) => fromData(bytes) as T,
})
