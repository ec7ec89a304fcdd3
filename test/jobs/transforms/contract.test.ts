import { describe, expect, test } from 'bun:test'
import { TRANSFORMS, type TransformPlugin } from '../../../jobs/transforms/index.ts'
import { EngineError } from '../../../runtime/errors/index.ts'
import {
  batchOfRows,
  Decimal,
  kindAt,
  rowAt,
  sameValue,
  Timestamp,
  type TableSchema,
  type Value,
} from '../../../runtime/rows/index.ts'
import { applyAll, bindTransform, tableOf } from './harness.ts'

/** Options for each transform that read the columns `text` and `number` and name a missing one. */
const OPTIONS: {
  readonly [name: string]: { readonly good: string; readonly unknown: string | null }
} = {
  Copy: { good: 'fields { copy = text }', unknown: 'fields { copy = nothing }' },
  DataValidator: {
    good: 'field_rules = [{ field_name = text, rule_type = LENGTH, max_length = 100 }]',
    unknown: 'field_rules = [{ field_name = nothing, rule_type = NOT_NULL }]',
  },
  DefineSinkType: {
    good: 'columns = [{ column = text, type = "text" }]',
    unknown: 'columns = [{ column = nothing, type = "text" }]',
  },
  FieldMapper: {
    good: 'field_mapper { text = t, number = n }',
    unknown: 'field_mapper { nothing = t }',
  },
  FieldRename: { good: 'prefix = "p_"', unknown: null },
  Filter: { good: 'include_fields = [number, text]', unknown: 'exclude_fields = [nothing]' },
  FilterRowKind: { good: 'exclude_kinds = [DELETE]', unknown: null },
  JsonPath: {
    good: 'columns = [{ src_field = list, path = "$[0]", dest_field = x, column_error_handle_way = SKIP }]',
    unknown: 'columns = [{ src_field = nothing, path = "$", dest_field = x }]',
  },
  Metadata: { good: 'metadata_fields { Table = t }', unknown: null },
  RegexExtract: {
    good: 'source_field = text, regex_pattern = "(.)", output_fields = [x]',
    unknown: 'source_field = nothing, regex_pattern = "(.)", output_fields = [x]',
  },
  Replace: {
    good: 'replace_field = text, pattern = a, replacement = b',
    unknown: 'replace_field = nothing, pattern = a, replacement = b',
  },
  RowKindExtractor: { good: '', unknown: null },
  Split: {
    good: 'separator = ",", split_field = text, output_fields = [x, y]',
    unknown: 'separator = ",", split_field = nothing, output_fields = [x]',
  },
  Sql: {
    good: 'query = "select *, number + 1 as next, upper(text) as loud from dual"',
    unknown: 'query = "select nothing from dual"',
  },
  TableFilter: { good: 'table_pattern = "orders"', unknown: null },
  TableMerge: { good: 'table = all', unknown: null },
  TableRename: { good: 'suffix = "_2"', unknown: null },
}

const TABLE = tableOf({
  text: 'string',
  number: 'int',
  flag: 'boolean',
  tiny: 'tinyint',
  small: 'smallint',
  big: 'bigint',
  single: 'float',
  double: 'double',
  price: 'decimal(38, 18)',
  raw: 'bytes',
  day: 'date',
  clock: 'time',
  at: 'timestamp',
  zoned: 'timestamp_tz',
  list: 'array<string>',
  map: 'map<string, int>',
  nested: '{a = int, b = {c = string}}',
  vector: 'float_vector',
  sparse: 'sparse_float_vector',
})

const FULL: readonly Value[] = [
  'a,b',
  -7,
  true,
  -128,
  32767,
  2n ** 63n - 1n,
  Math.fround(0.1),
  Number.NaN,
  new Decimal(-(10n ** 38n) + 1n, 18),
  Uint8Array.of(0, 255),
  -719_162,
  86_399_999_999_999,
  new Timestamp(-1, 999_999_999),
  new Timestamp(0, 1, -3600),
  ['x', null],
  new Map<Value, Value>([['k', 1]]),
  [1, ['deep']],
  Float32Array.of(1, 2),
  new Map<Value, Value>([[3, 0.5]]),
]
const NULLS: readonly Value[] = FULL.map(() => null)
const ROWS = Array.from({ length: 9 }, (_, index) => (index % 3 === 1 ? NULLS : FULL))
const KINDS = ROWS.map((_, index) => (index % 4) as 0 | 1 | 2 | 3)

const pluginOf = (name: string): Promise<TransformPlugin> =>
  TRANSFORMS.get(name.toLowerCase())!.load()

const bindGood = async (name: string) =>
  bindTransform(await pluginOf(name), OPTIONS[name]!.good, TABLE)

/** The index of each output column among the input columns of the same name and type, else -1. */
const untouched = (output: TableSchema): readonly number[] =>
  output.columns.map((column) =>
    TABLE.columns.findIndex(
      (candidate) => candidate.name === column.name && candidate.type === column.type,
    ),
  )

test('every transform has options to be tested with', () => {
  const names = [...TRANSFORMS.values()].map((entry) => entry.name)
  expect(Object.keys(OPTIONS)).toEqual(names.toSorted())
})

describe.each(Object.keys(OPTIONS))('%s', (name) => {
  test('knows its own name and describes its options', async () => {
    const plugin = await pluginOf(name)
    expect(plugin.name).toBe(name)
    for (const option of Object.values(plugin.options)) expect(option.description).toMatch(/\.$/)
  })

  test('yields nothing for an empty batch', async () => {
    const { rows, errors } = applyAll(await bindGood(name), [batchOfRows(TABLE, [])])
    expect([rows, errors]).toEqual([{}, []])
  })

  test('takes rows of nulls', async () => {
    const { rows, errors } = applyAll(await bindGood(name), [batchOfRows(TABLE, [NULLS, NULLS])])
    expect(errors).toEqual([])
    expect(Object.values(rows).flat().length).toBe(2)
  })

  test('passes values of every type through untouched', async () => {
    const bound = await bindGood(name)
    const [output] = bound.outputs
    const { rows } = applyAll(bound, [batchOfRows(TABLE, [FULL])])
    const row = rows[output!.path]![0]!
    for (const [index, origin] of untouched(output!).entries()) {
      if (origin === -1 || (name === 'Replace' && origin === 0)) continue
      const { type, name: column } = TABLE.columns[origin]!
      expect([column, sameValue(type, row[index]!, FULL[origin]!)]).toEqual([column, true])
    }
  })

  test('keeps kinds and order', async () => {
    const { kinds } = applyAll(await bindGood(name), [batchOfRows(TABLE, ROWS, KINDS)])
    const all = KINDS.map((kind) => ['+I', '-U', '+U', '-D'][kind]!)
    if (name === 'RowKindExtractor') expect(kinds).toEqual(all.map(() => '+I'))
    else expect(kinds).toEqual(name === 'FilterRowKind' ? all.filter((kind) => kind !== '-D') : all)
  })

  test('does the same with single rows as with a batch', async () => {
    const bound = await bindGood(name)
    const together = applyAll(bound, [batchOfRows(TABLE, ROWS, KINDS)])
    const single = applyAll(
      bound,
      ROWS.map((row, index) => batchOfRows(TABLE, [row], [KINDS[index]!])),
    )
    expect(single).toEqual(together)
  })

  test('leaves the batch as it was', async () => {
    const batch = batchOfRows(TABLE, ROWS, KINDS)
    const rowsOf = () => ROWS.map((_, row) => [kindAt(batch, row), ...rowAt(batch, row)])
    const before = rowsOf()
    applyAll(await bindGood(name), [batch])
    expect(rowsOf()).toEqual(before)
  })

  const { unknown } = OPTIONS[name]!
  if (unknown === null) return
  test('refuses a column that is not there', async () => {
    const failure = await bindTransform(await pluginOf(name), unknown, TABLE).catch(
      (thrown: unknown) => thrown,
    )
    expect(failure).toBeInstanceOf(EngineError)
    expect((failure as EngineError).code).toBe(name === 'Sql' ? 'SQL-003' : 'TRF-001')
  })
})
