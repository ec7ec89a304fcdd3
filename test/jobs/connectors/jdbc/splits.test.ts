import { describe, expect, test } from 'bun:test'
import { availableDatabases } from './databases.ts'
import { failureOf, readAll } from './running.ts'

for (const kind of await availableDatabases()) {
  describe(`Jdbc source of ${kind.name}`, () => {
    const setUp = async () => {
      const database = await kind.open()
      await database.run('DROP TABLE IF EXISTS cut')
      await database.run(
        'CREATE TABLE cut (id INT PRIMARY KEY, word VARCHAR(20), born DATE, price DECIMAL(10, 2))',
      )
      const rows = Array.from({ length: 1000 }, (_, id) => {
        const day = String((id % 28) + 1).padStart(2, '0')
        const born = id % 10 === 0 ? 'NULL' : `'2024-0${(id % 9) + 1}-${day}'`
        return `(${id < 900 ? id : id * 1000}, 'w${(id * 7919) % 1000}', ${born}, ${id}.25)`
      })
      await database.run(`INSERT INTO cut VALUES ${rows.join(', ')}`)
      return { database, from: `${database.options} use_select_count = true,` }
    }
    const idsOf = (rows: readonly (readonly unknown[])[]): number[] =>
      rows.map(([id]) => Number(id)).sort((left, right) => left - right)
    const ALL = Array.from({ length: 1000 }, (_, id) => (id < 900 ? id : id * 1000))

    const CASES: readonly (readonly [string, number])[] = [
      ['split.size = 100', 10],
      ['split.size = 100, split.even-distribution.factor.upper-bound = 10000', 10],
      ['split.size = 2000', 1],
      ['partition_column = id, partition_num = 4', 4],
      ['partition_column = word, partition_num = 4', 5],
      ['partition_column = word, split.size = 100', 11],
      ['partition_column = born, partition_num = 4', 5],
      ['partition_column = price, partition_num = 3', 4],
      ['partition_column = word, split.size = 10, split.sample-sharding.threshold = 5', -1],
    ]
    for (const [text, splits] of CASES) {
      test(`reads each row once with ${text}`, async () => {
        const { database, from } = await setUp()
        const table = `table_path = "${database.prefix}cut"`
        const read = await readAll(`${from} ${table}, ${text}`)
        expect(idsOf(read.rows)).toEqual(ALL)
        if (splits !== -1) expect(read.splitCount).toBe(splits)
      })
    }

    test('reads between bounds, both included', async () => {
      const { database, from } = await setUp()
      const bounds = 'partition_lower_bound = 10, partition_upper_bound = 20, partition_num = 3'
      const text = `${from} table_path = "${database.prefix}cut", partition_column = id, ${bounds}`
      const { rows, splitCount } = await readAll(text)
      expect(idsOf(rows)).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20])
      expect(splitCount).toBe(3)
    })

    test('filters tables and queries alike, several at once', async () => {
      const { database, from } = await setUp()
      const list = `table_list = [{ table_path = "${database.prefix}cut" }
        { table_path = "${database.prefix}cut", query = "select id, word from cut where id < 50" }]`
      const { rows } = await readAll(
        `${from} ${list}, where_condition = "where id >= 40 and id < 60"`,
      )
      expect(rows.length).toBe(20 + 10)
    })

    test('finds tables by a pattern', async () => {
      const { database, from } = await setUp()
      const pattern = `${database.prefix.replaceAll('.', String.raw`\\.`)}c[u]t`
      const { tables } = await readAll(`${from} table_path = "${pattern}", use_regex = true`)
      expect(tables.map(({ path }) => path)).toEqual([`${database.prefix}cut`])
    })

    test('says what is missing', async () => {
      const { database, from } = await setUp()
      const table = `${from} table_path = "${database.prefix}cut"`
      expect(await failureOf(readAll(`${from} table_path = "${database.prefix}nothing"`))).toBe(
        `JDB-005 The table ${database.prefix}nothing does not exist.`,
      )
      expect(await failureOf(readAll(`${table}, partition_column = nothing`))).toContain(
        'partition_column nothing is not a column of',
      )
      expect(await failureOf(readAll(`${from} query = "select nothing from cut"`))).toMatch(
        /^JDB-004 .*refused a statement: .*nothing/,
      )
      expect(await failureOf(readAll(from))).toStartWith('JDB-001 ')
    })

    test('an empty table has no rows', async () => {
      const { database, from } = await setUp()
      await database.run('DELETE FROM cut')
      for (const text of ['', ', partition_column = word, partition_num = 3']) {
        const read = await readAll(`${from} table_path = "${database.prefix}cut"${text}`)
        expect(read.rows).toEqual([])
      }
    })
  })
}
