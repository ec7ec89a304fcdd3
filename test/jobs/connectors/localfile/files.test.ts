import { expect, test } from 'bun:test'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import { testContext } from '../../../contract/testContext.ts'
import { rowTexts } from '../../../contract/rowTexts.ts'
import {
  orders,
  ORDERS_SCHEMA,
  ordersTable,
  readRows,
  testFolder,
  writeRows,
} from './fileTables.ts'

const PAIR = 'schema { table = t, fields { id = int, name = string } }'

/** The rows of a file with these bytes. */
const rowsOf = async (
  bytes: string | Uint8Array,
  options: string,
  context = testContext(),
): Promise<string[]> => {
  await using folder = await testFolder()
  await writeFile(`${folder.path}/in.dat`, bytes)
  return await readRows(`path = "${folder.path}/in.dat", ${options}`, context)
}

test('partition folders become columns again', async () => {
  await using folder = await testFolder()
  const files = await writeRows(
    folder.path,
    `path = "${folder.path}/out", file_format_type = json, partition_by = [day], have_partition = true`,
    [orders(1, 9)],
  )
  expect(files.map((file) => file.split('/')[1])).toEqual([
    'day=2022-01-08',
    'day=2022-01-09',
    'day=2022-01-10',
  ])
  const schema = ORDERS_SCHEMA.replace(', day = date', '')
  const rows = await readRows(`path = "${folder.path}/out", file_format_type = json, ${schema}`)
  const expected = rowTexts(orders(1, 9))
  expect(rows.toSorted()).toEqual(expected.toSorted())
})

test('a file holds batch_size rows at most', async () => {
  await using folder = await testFolder()
  const files = await writeRows(
    folder.path,
    `path = "${folder.path}/out", file_format_type = csv, batch_size = 40`,
    [orders(1, 70), orders(100, 30)],
  )
  expect(files.map((file) => file.slice(-6))).toEqual(['_0.csv', '_1.csv', '_2.csv'])
  expect(
    (await readRows(`path = "${folder.path}/out", file_format_type = csv, ${ORDERS_SCHEMA}`))
      .length,
  ).toBe(100)
})

test('tables go to folders of their names, with the columns that were asked for', async () => {
  await using folder = await testFolder()
  const other = { ...orders(1, 2), table: { ...ordersTable, path: 'shop.returns' } }
  const files = await writeRows(
    folder.path,
    `path = "${folder.path}/\${database_name}/\${table_name}", sink_columns = [name, ID], enable_header_write = true, custom_filename = true, file_name_expression = "x_\${transactionId}", filename_extension = dat`,
    [orders(1, 2), other],
  )
  expect(files.map((file) => file.replace(/x_T.*_0\./, 'x.'))).toEqual([
    'shop/orders/x.dat',
    'shop/returns/x.dat',
  ])
  const text = await Bun.file(`${folder.path}/${files[0]}`).text()
  expect(text).toBe(
    'name,id\n"Müller, ""1""",9007199254740993\n"Müller, ""2""",18014398509481986\n',
  )
})

test('a header, skipped lines and null texts', async () => {
  expect(
    await rowsOf(
      'ignored\nname;id\r\n"a;b";1\r\n\\N;2\r\n',
      `file_format_type = csv, field_delimiter = ";", csv_use_header_line = true, skip_header_row_number = 1, null_format = "\\\\N", ${PAIR}`,
    ),
  ).toEqual(['t +I 1 "a;b"', 't +I 2 null'])
  expect(
    await rowsOf('1||x\n2||y', `file_format_type = text, field_delimiter = "\\\\|\\\\|", ${PAIR}`),
  ).toEqual(['t +I 1 "x"', 't +I 2 "y"'])
  expect(await rowsOf('a b\n\nc', 'file_format_type = text')).toEqual([
    'default +I "a b"',
    'default +I ""',
    'default +I "c"',
  ])
})

test('a JSON array, gzip and GBK', async () => {
  expect(
    await rowsOf(
      '[ {"name":"\\u00e9\\n","id":1},\n{"id":2} ]\n',
      `file_format_type = json, ${PAIR}`,
    ),
  ).toEqual(['t +I 1 "é\\n"', 't +I 2 null'])
  expect(
    await rowsOf(gzipSync('1,x\n'), `file_format_type = csv, compress_codec = gzip, ${PAIR}`),
  ).toEqual(['t +I 1 "x"'])
  expect(
    await rowsOf(
      Uint8Array.of(49, 44, 0xc4, 0xe3, 0xba, 0xc3, 10),
      `file_format_type = csv, encoding = gbk, ${PAIR}`,
    ),
  ).toEqual(['t +I 1 "你好"'])
})

test('rows that cannot be read are rejected with their place, the others come', async () => {
  const context = testContext({ reject: () => undefined })
  const rows = await rowsOf('1,a\nx,b\n"4"x,d\n5,e\n', `file_format_type = csv, ${PAIR}`, context)
  expect(rows).toEqual(['t +I 1 "a"', 't +I 5 "e"'])
  expect(
    context.rejected.map(({ row, place, error }) => [
      row,
      place.replace(/.*in.dat/, ''),
      error.message,
    ]),
  ).toEqual([
    ['x,b', ':2', 'Column "id": "x" is not of type int.'],
    ['"4"x,d', ':3', 'A quoted cell is followed by other text.'],
  ])
})

test.each(['text', 'csv'])(
  'a row of %s with other than all cells is read, with one warning a file',
  async (format) => {
    const context = testContext()
    const rows = await rowsOf(
      '1,a\n2\n3,c,d\n4,d,\n,\n',
      `file_format_type = ${format}, field_delimiter = ",", ${PAIR}`,
      context,
    )
    expect(rows).toEqual([
      't +I 1 "a"',
      't +I 2 null',
      't +I 3 "c"',
      't +I 4 "d"',
      't +I null null',
    ])
    expect(context.rejected).toEqual([])
    expect(context.logged.length).toBe(1)
    expect(context.logged[0]).toContain('in.dat: the row in line 2 has more or fewer cells')
  },
)

const failure = async (promise: Promise<unknown>): Promise<string> => {
  try {
    await promise
    return 'nothing'
  } catch (thrown) {
    const { code, message } = thrown as { readonly code: string; readonly message: string }
    return `${code} ${message.replaceAll(/\/[^ ,:]*\//g, '')}`
  }
}

test('files that are not what they should be get a sentence with a code', async () => {
  expect(
    await failure(rowsOf(Uint8Array.of(1, 0, 2), `file_format_type = csv, ${PAIR}`)),
  ).toStartWith('FIL-001 in.dat is not csv in UTF-8: byte 1 is zero.')
  expect(await failure(rowsOf('no parquet at all', 'file_format_type = parquet'))).toStartWith(
    'FIL-001 ',
  )
  expect(
    await failure(
      rowsOf(
        gzipSync('1,x\n2,y\n').subarray(0, 20),
        `file_format_type = csv, compress_codec = gzip, ${PAIR}`,
      ),
    ),
  ).toStartWith('FIL-004 ')
  expect(await failure(rowsOf('[{"id":1},', `file_format_type = json, ${PAIR}`))).toStartWith(
    'FIL-004 in.dat: The file is one JSON array, but its end is missing',
  )
  expect(
    await failure(readRows(`path = "/does/not/exist", file_format_type = csv, ${PAIR}`)),
  ).toStartWith('HST-001 ')
  expect(await failure(rowsOf('1', 'file_format_type = orc'))).toStartWith('FIL-005 ')
})

test('a row without an end stops at 64 MiB', async () => {
  const bytes = Buffer.alloc(66 * 1024 * 1024, 'x')
  expect(await failure(rowsOf(bytes, `file_format_type = csv, ${PAIR}`))).toStartWith(
    'FIL-002 in.dat: A row is longer than 64 MiB.',
  )
}, 30_000)

test('save modes empty a folder, or refuse it', async () => {
  await using folder = await testFolder()
  const options = (mode: string): string => `path = "${folder.path}/out", data_save_mode = ${mode}`
  await writeRows(folder.path, options('APPEND_DATA'), [orders(1, 1)])
  expect(
    await failure(writeRows(folder.path, options('ERROR_WHEN_DATA_EXISTS'), [orders(1, 1)])),
  ).toStartWith('FIL-008 ')
  expect((await writeRows(folder.path, options('APPEND_DATA'), [orders(1, 1)])).length).toBe(2)
  expect((await writeRows(folder.path, options('DROP_DATA'), [orders(1, 1)])).length).toBe(1)
})

test('binary files are copied byte by byte', async () => {
  await using folder = await testFolder()
  await mkdir(`${folder.path}/in/deep`, { recursive: true })
  const bytes = Uint8Array.from({ length: 5000 }, (_, index) => (index * 31) & 255)
  await writeFile(`${folder.path}/in/deep/a.bin`, bytes)
  await chmod(`${folder.path}/in/deep/a.bin`, 0o600)
  const rows = await readRows(`path = "${folder.path}/in", file_format_type = binary`)
  expect(rows.length).toBe(5)
  expect(rows[4]).toEndWith('"deep/a.bin" 4')
})
