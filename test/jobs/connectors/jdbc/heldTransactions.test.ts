import { expect, test } from 'bun:test'
import { jdbcSink } from '../../../../jobs/connectors/jdbc/index.ts'
import { batchOfRows, column, type TableSchema } from '../../../../runtime/rows/index.ts'
import { createRealHost, type Clock, type Host } from '../../../../runtime/host/index.ts'
import { testContext } from '../../../contract/testContext.ts'
import { writtenOptions } from '../../../contract/writtenOptions.ts'
import { mariadbMissing } from '../../../servers/index.ts'
import { openMariadb, openMariadbConnection } from './databases.ts'
import { failureOf } from './running.ts'

const missing = mariadbMissing()
if (missing !== undefined) process.stdout.write(`skipped: held transactions (${missing})\n`)

/** More than max_commit_attempts. */
const WAITS = 8

/** A clock that calls `atWait` before its `count`th wait. */
const clockWith = (clock: Clock, count: number, atWait: () => void): Clock => {
  let waits = 0
  return {
    ...clock,
    timer: (delayMs, callback) => {
      if ((waits += 1) === count) atWait()
      return clock.timer(delayMs, callback)
    },
  }
}

/** A table, and a transaction that writes to it, prepared by a connection that stays. */
const holdTransaction = async (title: string, lock: string) => {
  const database = await openMariadb()
  const table = `held_${title}`
  await database.run(`CREATE TABLE ${table} (id BIGINT)`)
  const holder = await openMariadbConnection()
  const name = { group: `tidegate:held-${title}:0`, branch: title }
  const xid = `'${name.group}', '${name.branch}'`
  await holder.script(`DO GET_LOCK('${lock}', 0)`)
  await holder.script(`XA START ${xid}`)
  await holder.script(`INSERT INTO ${table} VALUES (1)`)
  await holder.script(`XA END ${xid}`)
  await holder.script(`XA PREPARE ${xid}`)
  const text = `${database.options} database = test, table = ${table}, is_exactly_once = true`
  return {
    holder,
    name,
    xid,
    options: await writtenOptions(jdbcSink.options, text),
    ids: async () => (await database.query(`SELECT id FROM ${table}`)).map(([id]) => Number(id)),
    [Symbol.asyncDispose]: () => database.run(`DROP TABLE ${table}`),
  }
}

for (const verb of ['commit', 'abort'] as const) {
  test.skipIf(missing !== undefined)(
    `a ${verb} waits until the server has ended the connection that prepared`,
    async () => {
      await using held = await holdTransaction(verb, `tidegate:${verb}`)
      const real = createRealHost()
      const clock = clockWith(real.clock, WAITS, () => void held.holder.close())
      const host: Host = { ...real, clock }
      const committer = jdbcSink.createCommitter!(held.options, testContext({ host }), [])
      await committer[verb]([held.name])
      await committer.close()
      expect(await held.ids()).toEqual(verb === 'commit' ? [1] : [])
    },
  )
}

test.skipIf(missing !== undefined)(
  'a transaction that stays held, with a lock or without, is not taken for one that was committed',
  async () => {
    for (const [title, lock] of [
      ['locked', 'tidegate:locked'],
      ['alone', 'another'],
    ] as const) {
      await using held = await holdTransaction(title, lock)
      const real = createRealHost()
      let passedMs = 0
      const skip = (): void => {
        passedMs = 60_000
      }
      const clock = {
        ...clockWith(real.clock, WAITS, skip),
        monotonic: () => real.clock.monotonic() + passedMs,
      }
      const host: Host = { ...real, clock }
      const committer = jdbcSink.createCommitter!(held.options, testContext({ host }), [])
      expect(await failureOf(committer.commit([held.name]))).toStartWith('JDB-002 ')
      await committer.close()
      await held.holder.script(`XA COMMIT ${held.xid}`)
      await held.holder.close()
      expect(await held.ids()).toEqual([1])
    }
  },
)

const numbers: TableSchema = {
  path: 'numbers',
  catalog: 'test',
  columns: [column('id', { kind: 'bigint' })],
}
const LANES = 10
const ROUNDS = 40

test.skipIf(missing !== undefined)(
  'transactions that are committed as soon as their connections end are all kept',
  async () => {
    const database = await openMariadb()
    await database.run('CREATE TABLE at_once (id BIGINT)')
    const text = `${database.options} database = test, table = at_once, is_exactly_once = true`
    const options = await writtenOptions(jdbcSink.options, text)
    const writeAndCommit = async (instance: number): Promise<void> => {
      const context = { ...testContext({ jobId: 'at-once' }), instance }
      const committer = jdbcSink.createCommitter!(options, context, [numbers])
      for (let round = 0; round < ROUNDS; round += 1) {
        const writer = jdbcSink.createWriter(options, [numbers], context)
        await writer.open([])
        await writer.write(batchOfRows(numbers, [[BigInt(instance * ROUNDS + round)]]))
        await committer.commit(await writer.prepareCommit(1))
        await writer.close()
      }
      await committer.close()
    }
    await Promise.all(Array.from({ length: LANES }, (_, instance) => writeAndCommit(instance)))
    const [row] = await database.query('SELECT count(*) FROM at_once')
    expect(Number(row![0])).toBe(LANES * ROUNDS)
    await database.run('DROP TABLE at_once')
  },
  60_000,
)
