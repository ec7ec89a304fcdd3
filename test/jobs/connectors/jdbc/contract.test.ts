import { jdbcSink, jdbcSource } from '../../../../jobs/connectors/jdbc/index.ts'
import { batchOfRows, column, type TableSchema } from '../../../../runtime/rows/index.ts'
import { sinkContract } from '../../../contract/sinkContract.ts'
import { sourceContract } from '../../../contract/sourceContract.ts'
import { writtenOptions } from '../../../contract/writtenOptions.ts'
import { availableDatabases, type TestDatabase } from './databases.ts'

const ROWS = 3000
let tableCount = 0

const fillTable = async (database: TestDatabase, key: string): Promise<string> => {
  const table = `people_${(tableCount += 1)}`
  await database.run(`CREATE TABLE ${table} (id BIGINT ${key}, name VARCHAR(40))`)
  const rows = Array.from({ length: ROWS }, (_, id) => `(${id}, 'person ${id % 100}')`)
  await database.run(`INSERT INTO ${table} VALUES ${rows.join(', ')}`)
  return table
}

const rowsOf = (path: string): string[] =>
  Array.from({ length: ROWS }, (_, id) => `${path} +I ${id} "person ${id % 100}"`)

const SOURCES: readonly { title: string; key: string; text: (path: string) => string }[] = [
  {
    title: 'a table with a primary key, in splits',
    key: 'PRIMARY KEY',
    text: (path) => `table_path = "${path}", split.size = 1300`,
  },
  {
    title: 'a table without a key',
    key: '',
    text: (path) => `table_path = "${path}"`,
  },
  {
    title: 'a query, split by a column',
    key: '',
    text: (path) =>
      `query = "select * from ${path.split('.').at(-1)}", partition_column = id, partition_num = 2`,
  },
  {
    title: 'a table split by texts',
    key: 'PRIMARY KEY',
    text: (path) => `table_path = "${path}", partition_column = name, partition_num = 3`,
  },
]

for (const kind of await availableDatabases()) {
  for (const { title, key, text } of SOURCES) {
    sourceContract(`Jdbc source of ${kind.name}: ${title}`, async () => {
      const database = await kind.open()
      const path = `${database.prefix}${await fillTable(database, key)}`
      const written = `${database.options} ${text(path)}`
      const seenAs = written.includes('table_path') ? path : 'default.default.default'
      return {
        connector: jdbcSource,
        options: await writtenOptions(jdbcSource.options, written),
        context: { parallelism: 2 },
        rowCount: ROWS,
        rows: rowsOf(seenAs),
        [Symbol.asyncDispose]: async () => database.run(`DROP TABLE ${path.split('.').at(-1)}`),
      }
    })
  }

  for (const mode of ['is_exactly_once = true', 'is_exactly_once = false']) {
    for (const keys of ['', 'primary_keys = ["id"]']) {
      sinkContract(`Jdbc sink of ${kind.name} with ${mode} ${keys}`, async () => {
        const database = await kind.open()
        const table = `written_${(tableCount += 1)}`
        const schema: TableSchema = {
          path: 'somewhere.people',
          catalog: 'test',
          columns: [column('id', { kind: 'bigint' }), column('name', { kind: 'string' })],
        }
        const batch = (from: number) =>
          batchOfRows(
            schema,
            Array.from({ length: 20 }, (_, row) => [BigInt(from + row), `name ${from + row}`]),
          )
        const written = `${database.options} database = test, table = ${table}, ${mode}, ${keys}`
        return {
          connector: jdbcSink,
          options: await writtenOptions(jdbcSink.options, written),
          tables: [schema],
          batches: [batch(0), batch(100), batch(200)],
          context: { jobId: `job-${tableCount}` },
          visibleRows: async () => {
            const rows = await database.query(`SELECT id, name FROM ${table}`)
            return rows.map(([id, name]) => `somewhere.people +I ${String(id)} "${String(name)}"`)
          },
          [Symbol.asyncDispose]: async () => database.run(`DROP TABLE ${table}`),
        }
      })
    }
  }
}
