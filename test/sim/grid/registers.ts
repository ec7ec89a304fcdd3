import { ByteSink, type ByteSource } from '../../../members/grid/bytes/index.ts'
import { type BackupSettings, DEFAULT_GRID } from '../../../members/grid/settings.ts'
import type { GridCore } from '../../../members/grid/start.ts'
import { RecordArena } from '../../../members/grid/store/index.ts'
import {
  createGridMap,
  createMapStructure,
  type GridMap,
} from '../../../members/grid/structures/map/index.ts'
import type { Structure } from '../../../members/grid/structures/structure.ts'
import { PARTITIONS } from './cluster.ts'
import type { Recorded } from './history.ts'
import { createKeyValue, KEY_VALUE, OPERATIONS, readOptional } from './keyValue.ts'

/** Places for single values that clients read and write, in one structure or another. */
export interface Registers {
  readonly name: string
  /** As a member has it, new at every boot. */
  structures(backups: BackupSettings): Structure[]
  /** What was there before, or whether the exchange was made. */
  perform(grid: GridCore, key: string, operation: Recorded): Promise<Recorded['result']>
}

const partitionOf = (key: string): number => Number(key.slice(1)) % PARTITIONS

const argumentsOf = ({ kind, expected, value }: Recorded, key: string): Uint8Array => {
  const sink = new ByteSink()
  sink.text(key)
  if (kind === 'compareAndSet') {
    sink.flag(expected !== undefined)
    if (expected !== undefined) sink.text(expected)
  }
  if (value !== undefined) sink.text(value)
  return sink.copy()
}

const resultOf = ({ kind }: Recorded, answer: ByteSource): Recorded['result'] =>
  kind === 'compareAndSet' ? answer.flag() : readOptional(answer)

export const keyValues: Registers = {
  name: 'key-value',
  structures: ({ backupCount, asyncBackupCount }) => [
    createKeyValue(backupCount, asyncBackupCount),
  ],
  perform: async (grid, key, operation) =>
    resultOf(
      operation,
      await grid.invoker.invoke({
        serviceId: KEY_VALUE,
        operation: OPERATIONS[operation.kind],
        name: 'registers',
        partition: partitionOf(key),
        arguments: argumentsOf(operation, key),
        isIdempotent: operation.kind === 'get',
      }),
    ),
}

const inMap = async (
  map: GridMap<string, string>,
  key: string,
  { kind, expected, value }: Recorded,
): Promise<Recorded['result'] | null> => {
  switch (kind) {
    case 'get':
      return map.get(key)
    case 'put':
      return map.put(key, value!)
    case 'remove':
      return map.remove(key)
    default:
      kind satisfies 'compareAndSet'
      return expected === undefined
        ? (await map.putIfAbsent(key, value!)) === null
        : map.replaceIfSame(key, expected, value!)
  }
}

export const mapEntries: Registers = {
  name: 'map',
  structures: (backups) => [
    createMapStructure({
      settings: { ...DEFAULT_GRID, partitionCount: PARTITIONS, maps: { default: backups } },
      arena: new RecordArena(),
      processors: {},
      memoryLimitBytes: Infinity,
      dataMemberCount: () => 1,
    }),
  ],
  perform: async (grid, key, operation) =>
    (await inMap(createGridMap(grid.invoker, 'registers'), key, operation)) ?? undefined,
}
