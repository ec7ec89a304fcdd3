import type { JsonValue } from '../../runtime/config/index.ts'
import { EngineError } from '../../runtime/errors/index.ts'
import type { Batch, TableSchema } from '../../runtime/rows/index.ts'
import type { OptionSpecs, OptionsOf } from '../options/index.ts'
import type { BoundTransform, CountSkipped, TransformHost, TransformPlugin } from './contract.ts'
import { applyByRow } from './applyByRow.ts'
import { makeErrorRoute } from './errorTable.ts'
import { matcherOf, tableOptions, type TableOptions } from './tableOptions.ts'

/** Refuses one row. `details` is what the error table shows; the message when it is left out. */
export type FailRow = (batch: Batch, row: number, error: EngineError, details?: JsonValue) => void

/** What a transform does with one table; see `defineTableTransform`. */
export interface TableTransform {
  readonly outputs: readonly TableSchema[]
  /**
   * Emits what follows from a batch. An EngineError that it throws is pinned to the rows that cause
   * it: it is then called again with fewer rows. A row that it knows goes to `fail` instead.
   */
  apply(batch: Batch, emit: (batch: Batch) => void, fail: FailRow, countSkipped: CountSkipped): void
}

export interface TableTransformPlugin<Specs extends OptionSpecs> {
  readonly name: string
  readonly description: string
  readonly options: Specs
  /** Options that `bindTable` cannot do without, in the block or in `table_transform`. */
  readonly needs?: readonly (keyof Specs & string)[]
  bindTable(options: OptionsOf<Specs>, table: TableSchema, host: TransformHost): TableTransform
}

/**
 * A transform that works on each table by itself. It gets the options that all of them share:
 * `table_match_regex` and `table_transform` say which options a table gets (others pass through
 * untouched), `row_error_handle_way` what becomes of a row that fails.
 */
export const defineTableTransform = <Specs extends OptionSpecs>(
  plugin: TableTransformPlugin<Specs>,
): TransformPlugin => ({
  kind: 'transform',
  name: plugin.name,
  description: plugin.description,
  options: { ...plugin.options, ...tableOptions(plugin.options) },
  bind: (options, table, host) => {
    const common = options as unknown as TableOptions
    const own = common.table_transform?.find((entry) => entry.table_path === table.path)
    if (own === undefined && !matcherOf(common)(table.path)) return passThrough(table)
    const chosen = (own ?? options) as OptionsOf<Specs>
    for (const need of plugin.needs ?? []) {
      if (chosen[need] !== undefined) continue
      if (own === undefined && common.table_transform !== undefined) return passThrough(table)
      throw new EngineError('CFG-003', `${plugin.name} needs the option ${need}.`)
    }
    return handled(plugin.bindTable(chosen, table, host), table, common, host)
  },
})

const throwError: FailRow = (_batch, _row, error) => {
  throw error
}

const passThrough = (table: TableSchema): BoundTransform => ({
  outputs: [table],
  apply: (batch, emit) => emit(batch),
})

/** The transform with `row_error_handle_way` around it; without that the job's policy decides. */
const handled = (
  transform: TableTransform,
  table: TableSchema,
  options: TableOptions,
  host: TransformHost,
): BoundTransform => {
  const way = options.row_error_handle_way
  switch (way) {
    case undefined:
      return {
        outputs: transform.outputs,
        apply: (batch, emit, reject, countSkipped) =>
          applyByRow(transform, batch, { emit, fail: reject, countSkipped }),
      }
    case 'FAIL':
      return {
        outputs: transform.outputs,
        apply: (batch, emit, _reject, countSkipped) =>
          applyByRow(transform, batch, { emit, fail: throwError, countSkipped }),
      }
    case 'SKIP':
      return {
        outputs: transform.outputs,
        apply: (batch, emit, _reject, countSkipped) =>
          applyByRow(transform, batch, { emit, fail: () => countSkipped(1), countSkipped }),
      }
    case 'ROUTE_TO_TABLE': {
      const route = makeErrorRoute(options['row_error_handle_way.error_table'], table, host)
      return {
        outputs: [...transform.outputs, route.table],
        apply: (batch, emit, _reject, countSkipped) => {
          applyByRow(transform, batch, { emit, fail: route.take, countSkipped })
          route.flush(emit)
        },
      }
    }
    default:
      return way satisfies never
  }
}
