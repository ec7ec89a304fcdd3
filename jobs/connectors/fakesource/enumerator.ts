import type { Host } from '../../../runtime/host/index.ts'
import type { JsonValue } from '../../../runtime/config/index.ts'
import type { TableSchema } from '../../../runtime/rows/index.ts'
import type { Split, SplitEnumerator } from '../contract.ts'
import type { FakeTable } from './tables.ts'

/** A share of the rows of one table and reader. All that its rows follow from is in here. */
export interface FakeSplit extends Split {
  /** The index of the table. */
  readonly table: number
  /** The reader it is meant for, modulo the parallelism. */
  readonly reader: number
  /** The number of its first row within the table. */
  readonly firstRow: number
  readonly rowCount: number
  /** How many of its rows have been read. */
  readonly position: number
  readonly seed: number
  /** What CURRENT_DATE and the like stand for. */
  readonly nowMs: number
}

interface EnumeratorOptions {
  readonly host: Host
  readonly tables: readonly FakeTable[]
  readonly schemas: readonly TableSchema[]
  readonly parallelism: number
  readonly isBounded: boolean
}

/**
 * Cuts the rows of each reader into splits and keeps them for that reader, so that each parallel
 * reader yields `row.num` rows as the option says.
 */
export const createFakeEnumerator = (options: EnumeratorOptions): SplitEnumerator => {
  const { parallelism, isBounded } = options
  let pending: readonly FakeSplit[] | null = null
  let foundCount = 0

  return {
    open() {
      if (pending === null) {
        pending = allSplits(options)
        foundCount = pending.length
      }
      return Promise.resolve()
    },
    next(reader) {
      const splits = pending ?? []
      const at = splits.findIndex((split) => split.reader % parallelism === reader)
      if (at === -1) return isBounded ? null : undefined
      pending = splits.toSpliced(at, 1)
      return splits[at]
    },
    giveBack(splits) {
      pending = [...(splits as readonly FakeSplit[]), ...(pending ?? [])]
    },
    snapshot: () => ({ pending: pending as JsonValue, foundCount }),
    restore(state) {
      const restored = state as unknown as { pending: FakeSplit[]; foundCount: number }
      pending = restored.pending
      foundCount = restored.foundCount
    },
    get splitCount() {
      return foundCount
    },
    close: () => Promise.resolve(),
  }
}

const allSplits = ({ host, tables, schemas, parallelism }: EnumeratorOptions): FakeSplit[] => {
  const nowMs = host.clock.now()
  return tables.flatMap((table, tableIndex) => {
    const rowsOfReader = table.options['row.num']
    const rowsOfSplit = Math.ceil(rowsOfReader / table.options['split.num'])
    const splits: FakeSplit[] = []
    for (let reader = 0; reader < parallelism; reader += 1) {
      for (let first = 0; first < rowsOfReader; first += rowsOfSplit) {
        splits.push({
          id: `${schemas[tableIndex]!.path}/${reader}/${first}`,
          table: tableIndex,
          reader,
          firstRow: reader * rowsOfReader + first,
          rowCount: table.options.rows?.length ?? Math.min(rowsOfSplit, rowsOfReader - first),
          position: 0,
          seed: host.random.integer(2 ** 32),
          nowMs,
        })
      }
    }
    return splits
  })
}
