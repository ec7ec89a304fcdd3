import { EngineError } from '../../../../../runtime/errors/index.ts'
import { ByteSink, type ByteSource } from '../../../bytes/index.ts'
import { fromData, partitionOf, toData, writeData } from '../../../data/index.ts'
import type { GridInvoker, Invocation } from '../../../operations/index.ts'
import type { Lifetime } from '../entries.ts'
import { MAP_SERVICE_ID } from '../operations.ts'

/** How long an entry is to live; what is not given is as the settings of the map say. */
export interface EntryLifetime {
  /** After it was written; 0 for ever. */
  readonly ttlMs?: number
  /** After it was last read or written; 0 for ever. */
  readonly maxIdleMs?: number
}

interface CallOptions {
  /** Twice does what once does. */
  readonly isIdempotent?: boolean
  readonly waitMs?: number
}

/** A call on one partition. */
export interface PartitionCall {
  readonly partition: number
  readonly arguments: Uint8Array
  /** Whose values it may change. */
  readonly keys: readonly Uint8Array[]
}

/** The way from a proxy to the partitions of its map. */
export interface MapCaller {
  readonly invoker: GridInvoker
  readonly name: string
  /** Which of the parallel activities of this program calls: locks belong to it. */
  readonly lockContext: number
  /** Calls an operation on the partition of a key, with the arguments that `argumentsFor` began. */
  onKey(operation: number, key: Uint8Array, options?: CallOptions): Promise<ByteSource>
  /** Calls an operation on partitions, on all where none are given, with the arguments begun. */
  onPartitions(
    operation: number,
    options?: CallOptions & { readonly partitions?: readonly number[] },
  ): Promise<Map<number, ByteSource>>
  /** Calls an operation with the arguments of each partition. */
  onEach(
    operation: number,
    calls: readonly PartitionCall[],
    options?: CallOptions,
  ): Promise<ByteSource[]>
}

/** For calls that change nothing. */
export const READS: CallOptions = { isIdempotent: true }

/** The arguments that are being written. Nothing is awaited between its start and the call. */
const sink = new ByteSink()

/** Begins the arguments of a call without a key. */
export const beginArguments = (): ByteSink => {
  sink.reset()
  return sink
}

/** Begins the arguments of a call on a key. */
export const argumentsFor = (key: Uint8Array): ByteSink => {
  sink.reset()
  sink.bytes(key)
  return sink
}

/** Begins the arguments of a write to a key. */
export const writeArgumentsFor = (caller: MapCaller, key: Uint8Array): ByteSink => {
  argumentsFor(key).f64(caller.lockContext)
  return sink
}

const inDefault = (timeMs: number | undefined): number => timeMs ?? -1

export const writeLifetime = (lifetime: EntryLifetime | undefined, to: ByteSink): void => {
  to.flag(lifetime !== undefined)
  if (lifetime === undefined) return
  const given: Lifetime = {
    ttlMs: inDefault(lifetime.ttlMs),
    maxIdleMs: inDefault(lifetime.maxIdleMs),
  }
  to.f64(given.ttlMs)
  to.f64(given.maxIdleMs)
}

const refuseNull = (value: unknown, what: 'key' | 'value', name: string): void => {
  if (value !== null && value !== undefined) return
  throw new EngineError('GRD-010', `A ${what} of the map \`${name}\` is null`)
}

/** A key or value as bytes; GRD-010 for null. */
export const dataOf = (value: unknown, what: 'key' | 'value', name: string): Uint8Array => {
  refuseNull(value, what, name)
  return toData(value)
}

/** A value as `sink.bytes(dataOf(…))` writes it. */
export const writeDataOf = (value: unknown, to: ByteSink, name: string): void => {
  refuseNull(value, 'value', name)
  writeData(value, to)
}

/** Memory of large arguments is used again, so many pieces of it. */
const LARGE_BYTES = 64 * 1024
const SPARE_MAX = 16
const spare: Uint8Array<ArrayBuffer>[] = []

/** Calls with large arguments, which were written. */
const invokeLarge = async (
  invoker: GridInvoker,
  call: Omit<Invocation, 'arguments'>,
): Promise<ByteSource> => {
  const { length } = sink
  const at = spare.findIndex((each) => each.length >= length)
  const memory = at === -1 ? new Uint8Array(length) : spare.splice(at, 1)[0]!
  memory.set(sink.view())
  try {
    return await invoker.invoke({ ...call, arguments: memory.subarray(0, length) })
  } finally {
    if (spare.length < SPARE_MAX) spare.push(memory)
  }
}

/** A value in a result: null where there is none. */
export const readValue = (result: ByteSource): unknown =>
  result.flag() ? fromData(result.bytes()) : null

const allPartitions = (count: number): number[] => Array.from({ length: count }, (_, at) => at)

export const createMapCaller = (
  invoker: GridInvoker,
  name: string,
  lockContext: number,
): MapCaller => {
  const everywhere = allPartitions(invoker.partitionCount)
  const about = (operation: number, { isIdempotent = false, waitMs = 0 }: CallOptions = {}) => ({
    serviceId: MAP_SERVICE_ID,
    operation,
    name,
    isIdempotent,
    waitMs,
  })
  return {
    invoker,
    name,
    lockContext,
    onKey: (operation, key, options) => {
      const partition = partitionOf(key, invoker.partitionCount)
      const call = { ...about(operation, options), partition }
      return sink.length < LARGE_BYTES
        ? invoker.invoke({ ...call, arguments: sink.copy() })
        : invokeLarge(invoker, call)
    },
    onPartitions: (operation, options = {}) =>
      invoker.invokeOnPartitions(options.partitions ?? everywhere, {
        ...about(operation, options),
        arguments: sink.copy(),
      }),
    onEach: (operation, calls, options) => {
      const common = about(operation, options)
      return invoker.invokeAll(
        calls.map((call) => ({
          ...common,
          partition: call.partition,
          arguments: call.arguments,
        })),
      )
    },
  }
}
