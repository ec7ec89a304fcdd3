import { ByteSink } from '../../../members/grid/bytes/index.ts'
import { createGrid, type GridCore } from '../../../members/grid/start.ts'
import type { SimWorld } from '../../sim/host/index.ts'
import { createKeyValue, KEY_VALUE, OPERATIONS, readOptional } from '../../sim/grid/keyValue.ts'
import { type ClusterOptions, isWhole, startCluster } from '../../sim/membership/cluster.ts'
import { createFixedTable } from './fixedTable.ts'

export const PARTITIONS = 3

/** Members with a grid each, on tables that the test writes. */
export const startGrids = async (
  world: SimWorld,
  options: ClusterOptions & { readonly backupCount: number },
) => {
  const nodes = startCluster(world, options)
  await world.until('whole', () => isWhole(nodes), 5000)
  const tables = nodes.map(() => createFixedTable(PARTITIONS))
  const grids: GridCore[] = nodes.map(({ machine, member }, at) =>
    createGrid({
      host: machine.host,
      member: member!,
      table: tables[at]!.table,
      structures: [createKeyValue(options.backupCount)],
    }),
  )
  const ids = nodes.map(({ member }) => member!.self.id)
  /** Tells all members a row; members by their number. */
  const adopt = (version: number, replicas: readonly number[], next?: readonly number[]): void => {
    const row = {
      version,
      replicas: replicas.map((at) => ids[at]!),
      next: next?.map((at) => ids[at]!),
    }
    for (const { table } of tables) table.adopt(0, row)
  }
  const inSync = (at: number, version: number): Promise<void> =>
    world.until('in sync', () => tables[at]!.inSync.get(0) === version, 5000)
  return { nodes, machines: nodes.map(({ machine }) => machine), tables, grids, ids, adopt, inSync }
}

const argumentsOf = (write: (sink: ByteSink) => void): Uint8Array => {
  const sink = new ByteSink()
  write(sink)
  return sink.copy()
}

interface CallOptions {
  readonly isIdempotent?: boolean
  readonly waitMs?: number
  readonly signal?: AbortSignal
}

const call = async (
  grid: GridCore,
  operation: number,
  write: (sink: ByteSink) => void,
  options: CallOptions,
): Promise<string | undefined> =>
  readOptional(
    await grid.invoker.invoke({
      serviceId: KEY_VALUE,
      operation,
      name: 'a',
      partition: 0,
      arguments: argumentsOf(write),
      isIdempotent: false,
      ...options,
    }),
  )

/** All on partition 0. */
export const put = (grid: GridCore, key: string, value: string, options: CallOptions = {}) =>
  call(
    grid,
    OPERATIONS.put,
    (sink) => {
      sink.text(key)
      sink.text(value)
    },
    options,
  )

export const get = (grid: GridCore, key: string) =>
  call(grid, OPERATIONS.get, (sink) => sink.text(key), { isIdempotent: true })

/** Waits for a value, and takes it away. */
export const take = (grid: GridCore, key: string, waitMs: number, signal?: AbortSignal) =>
  call(
    grid,
    OPERATIONS.take,
    (sink) => {
      sink.text(key)
      sink.f64(waitMs)
    },
    { waitMs, ...(signal === undefined ? {} : { signal }) },
  )

/** What a member holds of the structure, as primary or backup. */
export const fragmentOf = (grid: GridCore) => grid.registry.find(KEY_VALUE, 'a')?.held[0]?.fragment

export const codeOf = async (failing: Promise<unknown>): Promise<string> => {
  try {
    await failing
  } catch (thrown) {
    return (thrown as { code: string }).code
  }
  return 'no failure'
}
