import { expect, test } from 'bun:test'
import { fieldRename } from '../../../jobs/transforms/fieldrename/index.ts'
import { tableFilter } from '../../../jobs/transforms/tablefilter/index.ts'
import { tableMerge } from '../../../jobs/transforms/tablemerge/index.ts'
import { tableRename } from '../../../jobs/transforms/tablerename/index.ts'
import type { TransformPlugin } from '../../../jobs/transforms/index.ts'
import { applyTransform, bindTransform, failureOf, tableOf } from './harness.ts'

const USERS = tableOf({ user_id: 'int', create_time: 'string' }, 'source.user_shop')

const columnsOf = async (options: string) => {
  const bound = await bindTransform(fieldRename, options, USERS)
  return bound.outputs[0]!.columns.map((column) => column.name)
}

const pathOf = async (plugin: TransformPlugin, options: string, path: string) => {
  const bound = await bindTransform(plugin, options, { ...USERS, path })
  return bound.outputs.map((output) => output.path)
}

test('FieldRename changes case, adds prefix and suffix', async () => {
  expect(await columnsOf('convert_case = UPPER, prefix = "F_", suffix = "_S"')).toEqual([
    'F_USER_ID_S',
    'F_CREATE_TIME_S',
  ])
})

test('replacements are found in the old name and written as they are', async () => {
  const rule = '{ replace_from = "create_time", replace_to = "made_at" }'
  expect(await columnsOf(`convert_case = UPPER, replacements_with_regex = [${rule}]`)).toEqual([
    'USER_ID',
    'made_at',
  ])
  expect(
    await columnsOf('replacements_with_regex = [{ replace_from = "_", replace_to = "--" }]'),
  ).toEqual(['user--id', 'create--time'])
  expect(
    await columnsOf(
      'replacements_with_regex = [{ replace_from = "user", replace_to = "u", is_regex = false }]',
    ),
  ).toEqual(['user_id', 'create_time'])
})

test('a specific name stands alone', async () => {
  expect(
    await columnsOf('prefix = "p_", specific = [{ field_name = user_id, target_name = id }]'),
  ).toEqual(['id', 'p_create_time'])
})

test('two columns of one name are refused', async () => {
  const rule = '{ replace_from = ".+", replace_to = "x" }'
  expect(await failureOf(columnsOf(`replacements_with_regex = [${rule}]`))).toContain('"x"')
})

test('TableRename renames the table and keeps database and schema', async () => {
  const options = 'convert_case = UPPER, prefix = "CDC_"'
  expect(await pathOf(tableRename, options, 'source.user_shop')).toEqual(['source.CDC_USER_SHOP'])
  expect(await pathOf(tableRename, options, 'db.dbo.user')).toEqual(['db.dbo.CDC_USER'])
  expect(await pathOf(tableRename, options, 'user')).toEqual(['CDC_USER'])
})

test('rows of a renamed table carry its new path', async () => {
  const applied = await applyTransform(tableRename, 'suffix = "_2"', USERS, [[1, 'x']])
  expect(applied.rows).toEqual({ 'source.user_shop_2': [[1, 'x']] })
})

test('TableMerge gives tables one path', async () => {
  const options = 'table_match_regex = "source.user_.*", database = user_db, table = user_all'
  expect(await pathOf(tableMerge, options, 'source.user_1')).toEqual(['user_db.user_all'])
  expect(await pathOf(tableMerge, options, 'source.shop')).toEqual(['source.shop'])
  expect(await pathOf(tableMerge, 'table = all', 'source.user_1')).toEqual(['source.all'])
})

test('TableFilter keeps or drops whole tables', async () => {
  const options = 'database_pattern = "test", table_pattern = "user_\\\\d+"'
  expect(await pathOf(tableFilter, options, 'test.user_1')).toEqual(['test.user_1'])
  expect(await pathOf(tableFilter, options, 'test.user_x')).toEqual([])
  expect(await pathOf(tableFilter, options, 'user_1')).toEqual([])
  const exclude = `${options}, pattern_mode = EXCLUDE`
  expect(await pathOf(tableFilter, exclude, 'test.user_1')).toEqual([])
  expect(await pathOf(tableFilter, exclude, 'prod.user_1')).toEqual(['prod.user_1'])
})
