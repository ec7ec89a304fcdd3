import type { Batch } from '../../../runtime/rows/index.ts'
import {
  batchOf,
  parseType,
  selectRows,
  vectorOf,
  type Value,
} from '../../../runtime/rows/index.ts'
import { column, type TableSchema } from '../../../runtime/rows/index.ts'
import type { BoundTransform, RejectRow } from '../../transforms/index.ts'
import type { StageNode } from '../../pipeline/index.ts'
import { codeFailed } from '../jobCode.ts'
import { batchOfItems, batchOfKeyedItems, ITEMS, itemsOf, KEYED_ITEMS } from '../items.ts'
import { valueOfPlain } from '../plainValues.ts'

type Apply = (item: unknown) => unknown

/** Gathers what the items of a batch become, each with the row kind of the item that it is made of. */
class Gathered {
  readonly items: unknown[] = []
  readonly #from: Uint8Array | null
  readonly #kinds: number[] = []

  constructor(from: Uint8Array | null) {
    this.#from = from
  }

  add(item: unknown, row: number): void {
    this.items.push(item)
    if (this.#from !== null) this.#kinds.push(this.#from[row]!)
  }

  get kinds(): Uint8Array | null {
    return this.#from === null ? null : Uint8Array.from(this.#kinds)
  }
}

/** Calls `visit` for each item; an item for which the code throws is rejected. */
const eachItem = (
  name: string,
  batch: Batch,
  reject: RejectRow,
  visit: (item: unknown, row: number) => void,
): void => {
  const items = itemsOf(batch)
  for (let row = 0; row < items.length; row += 1) {
    try {
      visit(items[row], row)
    } catch (thrown) {
      reject(batch, row, codeFailed(`The stage ${name}`, thrown))
    }
  }
}

const bindMap = (name: string, apply: Apply): BoundTransform => ({
  outputs: [ITEMS],
  apply: (batch, emit, reject) => {
    const gathered = new Gathered(batch.kinds)
    eachItem(name, batch, reject, (item, row) => {
      const mapped = apply(item)
      if (mapped !== null && mapped !== undefined) gathered.add(mapped, row)
    })
    emit(batchOfItems(gathered.items, gathered.kinds))
  },
})

const bindFlatMap = (name: string, apply: Apply): BoundTransform => ({
  outputs: [ITEMS],
  apply: (batch, emit, reject) => {
    const gathered = new Gathered(batch.kinds)
    eachItem(name, batch, reject, (item, row) => {
      for (const each of apply(item) as Iterable<unknown>) gathered.add(each, row)
    })
    emit(batchOfItems(gathered.items, gathered.kinds))
  },
})

const bindFilter = (name: string, apply: Apply, table: TableSchema): BoundTransform => ({
  outputs: [table],
  apply: (batch, emit, reject) => {
    const kept = new Int32Array(batch.rowCount)
    let count = 0
    eachItem(name, batch, reject, (item, row) => {
      if (apply(item) === true) kept[count++] = row
    })
    emit(selectRows(batch, kept, count))
  },
})

const bindKey = (name: string, key: Apply): BoundTransform => ({
  outputs: [KEYED_ITEMS],
  apply: (batch, emit, reject) => {
    const keys: unknown[] = []
    const gathered = new Gathered(batch.kinds)
    eachItem(name, batch, reject, (item, row) => {
      keys.push(key(item) ?? null)
      gathered.add(item, row)
    })
    emit(batchOfKeyedItems(keys, gathered.items, gathered.kinds))
  },
})

/** The table that a stage declares: its columns, in the order written. */
export const declaredTable = (columns: Readonly<Record<string, string>>): TableSchema => ({
  path: 'items',
  catalog: 'tidegate',
  columns: Object.entries(columns).map(([name, type]) => column(name, parseType(type))),
})

const memberOf = (item: unknown, name: string, index: number): unknown => {
  if (Array.isArray(item)) return item[index]
  return typeof item === 'object' && item !== null
    ? (item as Readonly<Record<string, unknown>>)[name]
    : item
}

export const bindColumns = (
  name: string,
  columns: Readonly<Record<string, string>>,
): BoundTransform => {
  const table = declaredTable(columns)
  return {
    outputs: [table],
    apply: (batch, emit, reject) => {
      const values = table.columns.map((): Value[] => [])
      const gathered = new Gathered(batch.kinds)
      eachItem(name, batch, reject, (item, row) => {
        const converted = table.columns.map((each, index) =>
          valueOfPlain(each.type, memberOf(item, each.name, index)),
        )
        for (const [index, value] of converted.entries()) values[index]!.push(value)
        gathered.add(item, row)
      })
      const vectors = table.columns.map(({ type }, index) => vectorOf(type, values[index]!))
      emit(batchOf(table, vectors, gathered.items.length, gathered.kinds))
    },
  }
}

/** The transform of a stage without state; `part` says whether it is the key of a stage with one. */
export const bindStateless = (
  node: StageNode,
  part: 'whole' | 'key',
  table: TableSchema,
): BoundTransform => {
  switch (node.kind) {
    case 'map':
      return bindMap(node.name, node.apply as Apply)
    case 'filter':
      return bindFilter(node.name, node.apply as Apply, table)
    case 'flatMap':
      return bindFlatMap(node.name, node.apply as Apply)
    case 'columns':
      return bindColumns(node.name, node.columns)
    case 'mapStateful':
    case 'rollingAggregate':
      if (part === 'key') return bindKey(node.name, node.key as Apply)
      throw new Error(`The stage ${node.name} keeps a state`)
    case 'source':
    case 'sink':
      throw new Error(`The stage ${node.name} is no transform`)
    default:
      return node satisfies never
  }
}
