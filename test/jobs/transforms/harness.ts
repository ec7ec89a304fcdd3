import type {
  BoundTransform,
  TransformHost,
  TransformPlugin,
} from '../../../jobs/transforms/index.ts'
import {
  batchOfRows,
  formatType,
  kindAt,
  parseType,
  ROW_KIND_SHORT_NAMES,
  rowAt,
  type Batch,
  type RowKind,
  type TableSchema,
  type Value,
} from '../../../runtime/rows/index.ts'
import { writtenOptions } from '../../contract/writtenOptions.ts'

/** A host whose clock stands still and whose random numbers are known. */
export const STILL_HOST: TransformHost = {
  clock: { now: () => Date.UTC(2024, 0, 26, 10, 20, 30, 456) } as TransformHost['clock'],
  random: { next: () => 0.25, uuid: () => '0b7bd1c8-4c2b-4c5e-9b0f-2f6a5e6f7a10' } as never,
}

/** A table of columns written as in a job file, `{ id: 'int', price: 'decimal(10, 2)' }`. */
export const tableOf = (
  fields: { readonly [name: string]: string },
  path = 'shop.orders',
): TableSchema => ({
  path,
  catalog: 'test',
  columns: Object.entries(fields).map(([name, type]) => ({
    name,
    type: parseType(type),
    nullable: true,
  })),
})

export const bindTransform = async (
  plugin: TransformPlugin,
  options: string,
  table: TableSchema,
): Promise<BoundTransform> =>
  plugin.bind(await writtenOptions(plugin.options, options), table, STILL_HOST)

export interface Applied {
  /** `name:type` of each column, by table path. */
  readonly columns: { readonly [path: string]: string }
  /** The rows by table path. */
  readonly rows: { readonly [path: string]: readonly (readonly Value[])[] }
  /** The short names of the kinds of all rows. */
  readonly kinds: readonly string[]
  readonly rejected: readonly (readonly Value[])[]
  readonly errors: readonly string[]
  readonly skippedCount: number
}

export const applyAll = (bound: BoundTransform, batches: readonly Batch[]): Applied => {
  const rows: { [path: string]: Value[][] } = {}
  const kinds: string[] = []
  const rejected: Value[][] = []
  const errors: string[] = []
  let skippedCount = 0
  for (const batch of batches) {
    bound.apply(
      batch,
      (result) => {
        for (let row = 0; row < result.rowCount; row += 1) {
          ;(rows[result.table.path] ??= []).push(rowAt(result, row))
          kinds.push(ROW_KIND_SHORT_NAMES[kindAt(result, row)])
        }
      },
      (failed, row, error) => {
        rejected.push(rowAt(failed, row))
        errors.push(error.message)
      },
      (rowCount) => {
        skippedCount += rowCount
      },
    )
  }
  const columns = Object.fromEntries(
    bound.outputs.map((output) => [
      output.path,
      output.columns.map((column) => `${column.name}:${formatType(column.type)}`).join(' '),
    ]),
  )
  return { columns, rows, kinds, rejected, errors, skippedCount }
}

/** Binds a transform and applies it to the rows as one batch. */
export const applyTransform = async (
  plugin: TransformPlugin,
  options: string,
  table: TableSchema,
  rows: readonly (readonly Value[])[],
  kinds: readonly RowKind[] | null = null,
): Promise<Applied> =>
  applyAll(await bindTransform(plugin, options, table), [batchOfRows(table, rows, kinds)])

/** The message that a promise fails with; fails itself when it does not. */
export const failureOf = async (promise: Promise<unknown>): Promise<string> => {
  const failure = await promise.then(
    () => null,
    (thrown: Error) => thrown.message,
  )
  if (failure === null) throw new Error('It was expected to fail.')
  return failure
}
