import { expect, test } from 'bun:test'
import { jdbcSink } from '../../../../jobs/connectors/jdbc/index.ts'
import { createRealHost, type Clock, type Host } from '../../../../runtime/host/index.ts'
import { testContext } from '../../../contract/testContext.ts'
import { writtenOptions } from '../../../contract/writtenOptions.ts'
import { mariadbMissing } from '../../../servers/index.ts'
import { openMariadb, openMariadbConnection } from './databases.ts'

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

for (const verb of ['commit', 'abort'] as const) {
  test.skipIf(missing !== undefined)(
    `a ${verb} waits until the server has ended the connection that prepared`,
    async () => {
      const database = await openMariadb()
      const table = `held_${verb}`
      await database.run(`CREATE TABLE ${table} (id BIGINT)`)
      const holder = await openMariadbConnection()
      const name = { group: `tidegate:held-${verb}:0`, branch: '1' }
      const xid = `'${name.group}', '${name.branch}'`
      await holder.script(`XA START ${xid}`)
      await holder.script(`INSERT INTO ${table} VALUES (1)`)
      await holder.script(`XA END ${xid}`)
      await holder.script(`XA PREPARE ${xid}`)

      const real = createRealHost()
      const clock = clockWith(real.clock, WAITS, () => void holder.close())
      const host: Host = { ...real, clock }
      const text = `${database.options} database = test, table = ${table}, is_exactly_once = true`
      const options = await writtenOptions(jdbcSink.options, text)
      const committer = jdbcSink.createCommitter!(options, testContext({ host }), [])
      await committer[verb]([name])
      await committer.close()
      const rows = await database.query(`SELECT id FROM ${table}`)
      expect(rows.map(([id]) => Number(id))).toEqual(verb === 'commit' ? [1] : [])
      await database.run(`DROP TABLE ${table}`)
    },
  )
}
