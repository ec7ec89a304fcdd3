import { describe, expect, test } from 'bun:test'
import { batchOfRows, column, RowKind, type TableSchema } from '../../../../runtime/rows/index.ts'
import { availableDatabases, type TestDatabase } from './databases.ts'
import { failureOf, writeAll } from './running.ts'

const people: TableSchema = {
  path: 'shop.public.people',
  catalog: 'test',
  columns: [column('id', { kind: 'int' }), column('name', { kind: 'string' })],
}

const { insert, updateBefore, updateAfter, delete: remove } = RowKind

const rowsOf = (...rows: [number, string][]) => batchOfRows(people, rows)

/** Everything in the table, in key order. */
const content = async (database: TestDatabase, table: string): Promise<unknown[][]> =>
  (await database.query(`SELECT id, name FROM ${table} ORDER BY id, name`)).map(([id, name]) => [
    Number(id),
    name,
  ])

for (const kind of await availableDatabases()) {
  describe(`Jdbc sink of ${kind.name}`, () => {
    const setUp = async (keys: string, table = 'people') => {
      const database = await kind.open()
      await database.run(`DROP TABLE IF EXISTS ${table}`)
      await database.run(`CREATE TABLE ${table} (id INT ${keys}, name VARCHAR(20))`)
      return { database, to: `${database.options} database = test, table = ${table},` }
    }

    const changes = batchOfRows(
      people,
      [
        [1, 'first'],
        [2, 'second'],
        [3, 'third'],
        [1, 'first'],
        [1, 'changed'],
        [2, 'second'],
        [3, 'third'],
        [30, 'moved'],
        [3, 'back'],
      ],
      [
        insert,
        insert,
        insert,
        updateBefore,
        updateAfter,
        remove,
        updateBefore,
        updateAfter,
        insert,
      ],
    )

    for (const mode of ['', 'is_exactly_once = true']) {
      test(`applies inserts, updates and deletes by key ${mode}`, async () => {
        const { database, to } = await setUp('PRIMARY KEY')
        await writeAll(`${to} primary_keys = [id], ${mode}`, [rowsOf([2, 'old'], [1, 'old'])])
        await writeAll(`${to} primary_keys = [id], ${mode}`, [changes])
        expect(await content(database, 'people')).toEqual([
          [1, 'changed'],
          [3, 'back'],
          [30, 'moved'],
        ])
      })
    }

    test('inserts, updates and deletes without upserts', async () => {
      const { database, to } = await setUp('PRIMARY KEY')
      const kinds = [insert, insert, updateBefore, updateAfter, remove]
      const rows: [number, string][] = [
        [1, 'a'],
        [2, 'b'],
        [1, 'a'],
        [1, 'c'],
        [2, 'b'],
      ]
      const text = `${to} primary_keys = [id], enable_upsert = false`
      await writeAll(text, [batchOfRows(people, rows, kinds)])
      expect(await content(database, 'people')).toEqual([[1, 'c']])
    })

    test('a key of the upstream table alone makes no upserts', async () => {
      const { database, to } = await setUp('')
      const keyed = { ...people, primaryKey: { name: 'pk', columnNames: ['id'] } }
      await writeAll(to, [
        batchOfRows(keyed, [
          [1, 'a'],
          [1, 'b'],
        ]),
      ])
      expect(await content(database, 'people')).toEqual([
        [1, 'a'],
        [1, 'b'],
      ])
    })

    test('rejects updates of a table without a key', async () => {
      const { database, to } = await setUp('')
      const rejected: string[] = []
      const batch = batchOfRows(
        people,
        [
          [1, 'a'],
          [2, 'b'],
        ],
        [insert, remove],
      )
      await writeAll(to, [batch], { reject: ({ row }) => rejected.push(row) })
      expect(await content(database, 'people')).toEqual([[1, 'a']])
      expect(rejected).toEqual(['{"id":2,"name":"b"}'])
      expect(await failureOf(writeAll(to, [batch]))).toStartWith('JDB-010 ')
    })

    test('rejects the rows that the database refuses, and only those', async () => {
      const { database, to } = await setUp('NOT NULL PRIMARY KEY')
      await database.run("INSERT INTO people VALUES (500, 'here')")
      const rejected: string[] = []
      const rows = Array.from({ length: 1000 }, (_, id): [number, string] => [id, `n${id}`])
      const settings = { reject: ({ row }: { row: string }) => rejected.push(row) }
      await writeAll(`${to} enable_upsert = false`, [rowsOf(...rows)], settings)
      expect(rejected).toEqual(['{"id":500,"name":"n500"}'])
      expect((await content(database, 'people')).length).toBe(1000)
    })

    test('creates the table and keeps, empties or refuses what is there', async () => {
      const database = await kind.open()
      await database.run('DROP TABLE IF EXISTS modes')
      const to = `${database.options} database = test, table = modes, primary_keys = [id],`
      const missing = `${to} schema_save_mode = ERROR_WHEN_SCHEMA_NOT_EXIST`
      expect(await failureOf(writeAll(missing, [rowsOf([1, 'a'])]))).toStartWith('JDB-008 ')
      await writeAll(to, [rowsOf([1, 'a'])])
      await writeAll(to, [rowsOf([2, 'b'])])
      expect((await content(database, 'modes')).length).toBe(2)
      const full = `${to} data_save_mode = ERROR_WHEN_DATA_EXISTS`
      expect(await failureOf(writeAll(full, [rowsOf([3, 'c'])]))).toStartWith('JDB-008 ')
      await writeAll(`${to} data_save_mode = DROP_DATA`, [rowsOf([3, 'c'])])
      expect(await content(database, 'modes')).toEqual([[3, 'c']])
      const custom =
        'data_save_mode = CUSTOM_PROCESSING, custom_sql = "delete from modes where id = 3"'
      await writeAll(`${to} ${custom}`, [rowsOf([4, 'd'])])
      expect(await content(database, 'modes')).toEqual([[4, 'd']])
      await writeAll(`${to} schema_save_mode = RECREATE_SCHEMA`, [rowsOf([5, 'e'])])
      expect(await content(database, 'modes')).toEqual([[5, 'e']])
    })

    test('writes each upstream table to one of its own, in the case asked for', async () => {
      const database = await kind.open()
      const orders = { ...people, path: 'shop.public.orders' }
      for (const table of ['COPY_PEOPLE', 'COPY_ORDERS', 'copy_people', 'copy_orders']) {
        await database.run(
          `DROP TABLE IF EXISTS ${kind.name === 'MariaDB' ? `\`${table}\`` : `"${table}"`}`,
        )
      }
      const to = `${database.options} database = test, table = "copy_\${table_name}", field_ide = UPPERCASE`
      await writeAll(to, [rowsOf([1, 'a']), batchOfRows(orders, [[2, 'b']])])
      const [row] = await database.query(
        kind.name === 'PostgreSQL'
          ? 'SELECT "NAME" FROM copy_orders'
          : 'SELECT NAME FROM copy_orders',
      )
      expect(row).toEqual(['b'])
      expect((await database.query('SELECT * FROM copy_people')).length).toBe(1)
    })

    test('names the table and the column that are not there', async () => {
      const { to } = await setUp('')
      const wide = { ...people, columns: [...people.columns, column('extra', { kind: 'int' })] }
      const batch = batchOfRows(wide, [[1, 'a', 2]])
      expect(await failureOf(writeAll(to, [batch]))).toEndWith(
        'has no column extra: it has id, name.',
      )
      const ignoring = `${to.replace('= people', '= nothing_here')} schema_save_mode = IGNORE`
      expect(await failureOf(writeAll(ignoring, [rowsOf([1, 'a'])]))).toMatch(
        /^JDB-005 The table .*nothing_here does not exist\.$/,
      )
    })

    test('passes on what the database says about a statement', async () => {
      const { database } = await setUp('')
      const text = `${database.options} query = "insert into people (id, nme) values (?, ?)"`
      expect(await failureOf(writeAll(text, [rowsOf([1, 'a'])]))).toMatch(/^JDB-004 .*nme/)
    })
  })
}
