import { fromData, partitionOf, toData } from '../../../data/index.ts'
import { compilePredicate, type Predicate } from '../../../query/index.ts'
import { beginArguments, dataOf, type MapCaller } from './caller.ts'
import { keyTextOf } from '../keyText.ts'
import { MapOperation } from '../operations.ts'

/**
 * Changes that run where the entries are, without a way there and back in between. A processor is
 * named as its members have it registered. On many entries it runs partition by partition: of one
 * partition all of its changes are made, or none.
 */
export interface ProcessorCalls<Key, Value> {
  /** Answers with what the processor returned. */
  executeOnKey<Result = unknown>(key: Key, processor: string, argument?: unknown): Promise<Result>
  /** The same, under the name that Hazelcast gives it where others wait for the answer. */
  submitToKey<Result = unknown>(key: Key, processor: string, argument?: unknown): Promise<Result>
  executeOnKeys<Result = unknown>(
    keys: Iterable<Key>,
    processor: string,
    argument?: unknown,
  ): Promise<Map<Key, Result>>
  /** On all entries, or those that match. */
  executeOnEntries<Result = unknown>(
    processor: string,
    argument?: unknown,
    predicate?: Predicate,
  ): Promise<[Key, Result][]>
  /** Writes what the function makes of each value, as long as nobody has changed it meanwhile. */
  replaceAll(replacement: (key: Key, value: Value) => Value): Promise<void>
  /** Removes the entries that match; answers how many. */
  removeAll(predicate: Predicate): Promise<number>
}

const executeOnKeys = async <Key>(
  caller: MapCaller,
  keys: readonly Key[],
  processor: string,
  argument: unknown,
): Promise<Map<Key, unknown>> => {
  const argumentData = toData(argument)
  const keyOf = new Map<string, Key>()
  const groups = new Map<number, Uint8Array[]>()
  for (const key of keys) {
    const data = dataOf(key, 'key', caller.name)
    keyOf.set(keyTextOf(data), key)
    const partition = partitionOf(data, caller.invoker.partitionCount)
    const group = groups.get(partition)
    if (group === undefined) groups.set(partition, [data])
    else group.push(data)
  }
  const calls = [...groups].map(([partition, members]) => {
    const sink = beginArguments()
    sink.f64(caller.lockContext)
    sink.text(processor)
    sink.bytes(argumentData)
    sink.u32(members.length)
    for (const member of members) sink.bytes(member)
    return { partition, arguments: sink.copy(), keys: members }
  })
  const answers = new Map<Key, unknown>()
  for (const result of await caller.onEach(MapOperation.executeOnKeys, calls)) {
    while (result.flag()) {
      const key = keyOf.get(keyTextOf(result.bytes())) as Key
      answers.set(key, fromData(result.bytes()))
    }
  }
  return answers
}

export const createProcessorCalls = <Key, Value>(
  caller: MapCaller,
  entries: () => AsyncIterable<[Key, Value]>,
  replaceIfSame: (key: Key, expected: Value, value: Value) => Promise<boolean>,
): ProcessorCalls<Key, Value> => {
  const executeOnKey = async <Result>(key: Key, processor: string, argument: unknown = null) =>
    (await executeOnKeys(caller, [key], processor, argument)).get(key) as Result
  return {
    executeOnKey,
    submitToKey: executeOnKey,
    executeOnKeys: async <Result>(
      keys: Iterable<Key>,
      processor: string,
      argument: unknown = null,
    ) => (await executeOnKeys(caller, [...keys], processor, argument)) as Map<Key, Result>,
    async executeOnEntries<Result>(
      processor: string,
      argument: unknown = null,
      predicate: Predicate = { kind: 'true' },
    ) {
      compilePredicate(predicate)
      const argumentData = toData(argument)
      const predicateData = toData(predicate)
      const sink = beginArguments()
      sink.f64(caller.lockContext)
      sink.text(processor)
      sink.bytes(argumentData)
      sink.bytes(predicateData)
      const answers: [Key, Result][] = []
      const results = await caller.onPartitions(MapOperation.executeOnEntries)
      for (const result of results.values()) {
        while (result.flag()) {
          answers.push([fromData(result.bytes()) as Key, fromData(result.bytes()) as Result])
        }
      }
      return answers
    },
    async replaceAll(replacement) {
      for await (const [key, value] of entries()) {
        await replaceIfSame(key, value, replacement(key, value))
      }
    },
    async removeAll(predicate) {
      compilePredicate(predicate)
      const predicateData = toData(predicate)
      const sink = beginArguments()
      sink.f64(caller.lockContext)
      sink.bytes(predicateData)
      const results = await caller.onPartitions(MapOperation.removeAll)
      return [...results.values()].reduce((sum, result) => sum + result.u32(), 0)
    },
  }
}
