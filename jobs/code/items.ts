import {
  batchOf,
  column,
  valueAt,
  type Batch,
  type TableSchema,
  type Value,
  type Vector,
} from '../../runtime/rows/index.ts'
import { plainOf } from './plainValues.ts'

/** Items of code have no columns: a table with one value of any kind. */
export const ITEMS: TableSchema = {
  path: 'items',
  catalog: 'tidegate',
  columns: [column('value', { kind: 'any' })],
}

/** Items beside their keys, on the way to where equal keys come together. */
export const KEYED_ITEMS: TableSchema = {
  path: 'items',
  catalog: 'tidegate',
  columns: [column('key', { kind: 'any' }), column('value', { kind: 'any' })],
}

const isItems = ({ columns }: TableSchema): boolean =>
  columns.length === 1 && columns[0]!.type.kind === 'any' && columns[0]!.name === 'value'

const objects = (values: readonly unknown[]): Vector => ({
  kind: 'object',
  values: values as readonly Value[],
  nulls: null,
})

/** What code sees of a batch: its items, or an object for each row. */
export const itemsOf = ({ table, columns, rowCount }: Batch): readonly unknown[] => {
  if (isItems(table)) return (columns[0] as Vector & { kind: 'object' }).values
  const items = Array.from({ length: rowCount }, (): Record<string, unknown> => ({}))
  for (const [index, { name, type }] of table.columns.entries()) {
    const vector = columns[index]!
    for (let row = 0; row < rowCount; row += 1) {
      items[row]![name] = plainOf(type, valueAt(vector, row))
    }
  }
  return items
}

/** `kinds` are the row kinds of the items, null when all are inserts. */
export const batchOfItems = (items: readonly unknown[], kinds: Uint8Array | null = null): Batch =>
  batchOf(ITEMS, [objects(items)], items.length, kinds)

export const batchOfKeyedItems = (
  keys: readonly unknown[],
  items: readonly unknown[],
  kinds: Uint8Array | null,
): Batch => batchOf(KEYED_ITEMS, [objects(keys), objects(items)], items.length, kinds)

/** The keys and items of a batch of `KEYED_ITEMS`. */
export const keyedItemsOf = ({
  columns,
}: Batch): { readonly keys: readonly unknown[]; readonly items: readonly unknown[] } => ({
  keys: (columns[0] as Vector & { kind: 'object' }).values,
  items: (columns[1] as Vector & { kind: 'object' }).values,
})
