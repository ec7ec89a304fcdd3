import { ByteSink } from '../../../bytes/index.ts'
import { fromData, partitionOf } from '../../../data/index.ts'
import { GetAllStep, MapOperation } from '../operations.ts'
import { dataOf, READS, type MapCaller, type PartitionCall } from './caller.ts'

/** One call writes at most about so many bytes. */
const CALL_BYTES = 256 * 1024
/** So many bytes are on their way before more are written. */
const FLIGHT_BYTES = 8 * 1024 * 1024
/** One call asks for at most so many keys. */
const CALL_KEYS = 4096

/** The arguments of a call on one partition, with the keys in it. */
interface Group {
  readonly partition: number
  readonly sink: ByteSink
  /** Where the count of the keys is, which is not known before. */
  readonly countAt: number
  readonly keys: Uint8Array[]
}

const groupOf = (groups: Map<number, Group>, partition: number, context?: number): Group => {
  const known = groups.get(partition)
  if (known !== undefined) return known
  const sink = new ByteSink()
  if (context !== undefined) sink.f64(context)
  const group: Group = { partition, sink, countAt: sink.length, keys: [] }
  sink.u32(0)
  groups.set(partition, group)
  return group
}

const callOf = ({ partition, sink, countAt, keys }: Group): PartitionCall => {
  sink.setU32(countAt, keys.length)
  return { partition, arguments: sink.copy(), keys }
}

/** Puts keys together that are in the same partition. */
const groupKeys = (caller: MapCaller, keys: readonly Uint8Array[]): Group[] => {
  const open = new Map<number, Group>()
  const done: Group[] = []
  for (const key of keys) {
    const group = groupOf(open, partitionOf(key, caller.invoker.partitionCount))
    group.sink.bytes(key)
    group.keys.push(key)
    if (group.keys.length < CALL_KEYS) continue
    done.push(group)
    open.delete(group.partition)
  }
  return [...done, ...open.values()]
}

/** The entries that are there; what does not fit into one answer is asked for again. */
export const getAll = async <Key, Value>(
  caller: MapCaller,
  keys: Iterable<Key>,
): Promise<Map<Key, Value>> => {
  const given = new Map<Uint8Array, Key>()
  for (const key of keys) given.set(dataOf(key, 'key', caller.name), key)
  const values = new Map<Key, Value>()
  let asked: readonly Uint8Array[] = [...given.keys()]
  while (asked.length > 0) {
    const groups = groupKeys(caller, asked)
    const results = await caller.onEach(MapOperation.getAll, groups.map(callOf), READS)
    const later: Uint8Array[] = []
    for (const [at, result] of results.entries()) {
      let step: number = GetAllStep.none
      for (const key of groups[at]!.keys) {
        if (step !== GetAllStep.later) step = result.u8()
        if (step === GetAllStep.later) later.push(key)
        else if (step === GetAllStep.value) {
          values.set(given.get(key)!, fromData(result.bytes()) as Value)
        }
      }
    }
    asked = later
  }
  return values
}

/** Writes entries, those of one partition together, as long as they are not too many. */
export const putAll = async <Key, Value>(
  caller: MapCaller,
  entries: Iterable<readonly [Key, Value]>,
): Promise<void> => {
  const groups = new Map<number, Group>()
  let waitingBytes = 0
  const write = async (written: readonly Group[]): Promise<void> => {
    waitingBytes = 0
    groups.clear()
    await caller.onEach(MapOperation.putAll, written.map(callOf))
  }
  let full: Group[] = []
  for (const [key, value] of entries) {
    const keyData = dataOf(key, 'key', caller.name)
    const valueData = dataOf(value, 'value', caller.name)
    const partition = partitionOf(keyData, caller.invoker.partitionCount)
    const group = groupOf(groups, partition, caller.lockContext)
    group.sink.bytes(keyData)
    group.sink.bytes(valueData)
    group.keys.push(keyData)
    waitingBytes += keyData.length + valueData.length
    if (group.sink.length >= CALL_BYTES) {
      full.push(group)
      groups.delete(partition)
    }
    if (waitingBytes < FLIGHT_BYTES) continue
    await write([...full, ...groups.values()])
    full = []
  }
  await write([...full, ...groups.values()])
}
