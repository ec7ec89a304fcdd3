import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { jdbcSink, jdbcSource } from '../../../../jobs/connectors/jdbc/index.ts'
import { batchOfRows, column, rowAt, type TableSchema } from '../../../../runtime/rows/index.ts'
import { testContext } from '../../../contract/testContext.ts'
import { writtenOptions } from '../../../contract/writtenOptions.ts'
import {
  mariadbMissing,
  postgresMissing,
  startMariadb,
  startPostgres,
  type TestServer,
} from '../../../servers/index.ts'
import { openSqlite } from './databases.ts'
import { failureOf, readAll, writeAll } from './running.ts'

const PATIENCE_MS = 30_000

const people: TableSchema = {
  path: 'people',
  catalog: 'test',
  columns: [column('id', { kind: 'int' }), column('name', { kind: 'string' })],
}
const rowsFrom = (from: number, count = 10) =>
  batchOfRows(
    people,
    Array.from({ length: count }, (_, row) => [from + row, `n${from + row}`]),
  )

const SERVERS = [
  {
    name: 'PostgreSQL',
    scheme: 'postgresql',
    missing: postgresMissing(),
    start: () => startPostgres({ preparedTransactionsMax: 5 }),
  },
  { name: 'MariaDB', scheme: 'mariadb', missing: mariadbMissing(), start: startMariadb },
]

for (const { name, scheme, missing, start } of SERVERS) {
  if (missing !== undefined) {
    process.stdout.write(`${name} is not tested: ${missing}.\n`)
    continue
  }
  describe(`${name} goes away`, () => {
    let server: TestServer
    beforeAll(async () => {
      server = await start()
    }, PATIENCE_MS)
    afterAll(() => server.stop())

    const connection = (password = server.password): string =>
      `url = "jdbc:${scheme}://127.0.0.1:${server.port}/test", user = ${server.username}
       password = "${password}", connection_check_timeout_sec = 5,`

    const openWriter = async (table: string, more: string, jobId: string) => {
      const text = `${connection()} database = test, table = ${table}, ${more}`
      const options = await writtenOptions(jdbcSink.options, text)
      const context = testContext({ jobId })
      await jdbcSink.prepare!(options, [people], context)
      const writer = jdbcSink.createWriter(options, [people], context)
      await writer.open([])
      return { writer, context, committer: jdbcSink.createCommitter!(options, context, [people]) }
    }

    const idsOf = async (table: string): Promise<number[]> => {
      const { rows } = await readAll(`${connection()} query = "select id from ${table}"`)
      return rows.map(([id]) => Number(id)).sort((left, right) => left - right)
    }

    test('a wrong password and an unknown database are named, the password is not', async () => {
      const wrong = await failureOf(readAll(`${connection('hush-hush')} query = "select 1"`))
      expect(wrong).toStartWith('JDB-003 ')
      expect(wrong).not.toContain('hush')
      const unknown = connection().replace('/test', '/nowhere')
      expect(await failureOf(readAll(`${unknown} query = "select 1"`))).toMatch(
        /^JDB-003 .*nowhere/,
      )
    })

    test(
      'while rows are read and written: the error says so and nothing hangs',
      async () => {
        const { writer } = await openWriter('interrupted', '', 'job-1')
        await writer.write(rowsFrom(0))
        await writer.prepareCommit(1)
        const text = `${connection()} query = "select * from interrupted", partition_column = id,
          partition_num = 1`
        const options = await writtenOptions(jdbcSource.options, text)
        const context = testContext()
        const tables = await jdbcSource.discoverTables(options, context)
        const enumerator = jdbcSource.createEnumerator(options, tables, context)
        const reader = jdbcSource.createReader(options, tables, context)
        await enumerator.open()
        await reader.open()
        const split = (await enumerator.next(0))!
        await server.crash()
        const reading = async (): Promise<void> => {
          await reader.startSplit(split)
          while ((await reader.read()) === 'idle') continue
        }
        expect(await failureOf(reading())).toStartWith('JDB-002 ')
        const writing = async (): Promise<void> => {
          await writer.write(rowsFrom(100))
          await writer.prepareCommit(2)
        }
        expect(await failureOf(writing())).toStartWith('JDB-002 ')
        await reader.close()
        await writer.close()
        expect(await failureOf(readAll(text))).toStartWith('JDB-002 ')
        await server.restart()
        expect(await idsOf('interrupted')).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
      },
      PATIENCE_MS,
    )

    test(
      'and comes back while a batch is repeated: no row is lost',
      async () => {
        const { writer } = await openWriter('repeated', 'max_retries = 20', 'job-2')
        await writer.write(rowsFrom(0))
        await writer.prepareCommit(1)
        await server.crash()
        await writer.write(rowsFrom(10))
        const preparing = writer.prepareCommit(2)
        await server.restart()
        await preparing
        await writer.close()
        expect(await idsOf('repeated')).toEqual(Array.from({ length: 20 }, (_, id) => id))
      },
      PATIENCE_MS,
    )

    test(
      'between the two phases: prepared rows are committed once, others are gone',
      async () => {
        const first = await openWriter('phases', 'is_exactly_once = true', 'job-3')
        await first.writer.write(rowsFrom(0))
        const infos = await first.writer.prepareCommit(1)
        await first.writer.write(rowsFrom(100))
        await first.writer.prepareCommit(2)
        await first.writer.write(rowsFrom(200))
        await server.crash()
        await server.restart()
        await first.writer.close()
        await first.committer.close()
        const second = await openWriter('phases', 'is_exactly_once = true', 'job-3')
        await second.committer.commit(infos)
        await second.committer.commit(infos)
        await second.committer.abortOrphans!()
        await second.writer.write(rowsFrom(300, 1))
        await second.committer.commit(await second.writer.prepareCommit(2))
        expect(await idsOf('phases')).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 300])
        await second.writer.close()
        await second.committer.close()
      },
      PATIENCE_MS,
    )
  })
}

test(
  'PostgreSQL without prepared transactions is refused before the first row',
  async () => {
    if (postgresMissing() !== undefined) {
      process.stdout.write(`Not tested: ${postgresMissing()}.\n`)
      return
    }
    const server = await startPostgres({ preparedTransactionsMax: 0 })
    const text = `url = "jdbc:postgresql://127.0.0.1:${server.port}/test", user = ${server.username}
      password = "${server.password}", database = test, table = t, is_exactly_once = true`
    expect(await failureOf(writeAll(text, [rowsFrom(0)]))).toMatch(
      /^JDB-007 .*max_prepared_transactions = 0/,
    )
    await server.stop()
  },
  PATIENCE_MS,
)

test('rows that changed before the position of a query are noticed', async () => {
  const database = await openSqlite()
  await database.run('CREATE TABLE t (id INT); INSERT INTO t VALUES (1), (2), (3)')
  const text = `${database.options} query = "select id from t order by id"`
  const options = await writtenOptions(jdbcSource.options, text)
  const context = testContext()
  const tables = await jdbcSource.discoverTables(options, context)
  const enumerator = jdbcSource.createEnumerator(options, tables, context)
  await enumerator.open()
  const first = jdbcSource.createReader(options, tables, context)
  await first.open()
  await first.startSplit((await enumerator.next(0))!)
  const batch = await first.read()
  expect(typeof batch === 'object' && rowAt(batch, 2)).toEqual([3])
  const restart = async (): Promise<unknown> => {
    const reader = jdbcSource.createReader(options, tables, context)
    await reader.open()
    await reader.startSplit(first.snapshot()!)
    const answer = await reader.read()
    await reader.close()
    return answer
  }
  expect(await restart()).toBe('splitDone')
  await database.run('INSERT INTO t VALUES (4)')
  expect(await restart()).toMatchObject({ rowCount: 1 })
  await database.run('DELETE FROM t WHERE id = 1')
  expect(await failureOf(restart())).toStartWith('JDB-009 ')
  await first.close()
})

test('a SQLite file that is not there is not made by reading it', async () => {
  const text = 'url = "jdbc:sqlite:/nowhere/at/all.db", query = "select 1"'
  expect(await failureOf(readAll(text))).toMatch(/^JDB-00[24] SQLite file \/nowhere\/at\/all.db/)
})
