import { defineSink, defineSource } from '../define.ts'
import { createJdbcEnumerator } from './enumerator.ts'
import { createJdbcReader } from './reader.ts'
import { applySaveModes } from './saveModes.ts'
import { translated, withSession } from './session.ts'
import { describeSource } from './sourceTables.ts'
import { JDBC_SINK_OPTIONS, JDBC_SOURCE_OPTIONS } from './spec.ts'
import { sinkTarget } from './targetTables.ts'
import { createJdbcCommitter } from './transactions.ts'
import { parseTarget, type Target } from './urls.ts'
import { createJdbcWriter } from './writer.ts'

/** A source never makes a SQLite file. */
const sourceTarget = (options: Parameters<typeof parseTarget>[0]): Target => {
  const target = parseTarget(options)
  if (target.dialect !== 'sqlite') return target
  return { ...target, file: { ...target.file, create: false } }
}

/**
 * Reads tables and queries. A checkpoint holds the last key of a split whose table has a primary
 * key, and otherwise the number of rows and the last of them: reading goes on behind it, or fails
 * when the rows before it have changed, so no row is lost or doubled.
 */
export const jdbcSource = defineSource({
  kind: 'source',
  name: 'Jdbc',
  description: 'Reads tables and queries of PostgreSQL, MySQL, MariaDB and SQLite.',
  options: JDBC_SOURCE_OPTIONS,
  replayable: true,
  declaredTables: () => undefined,
  discoverTables: (options, context) =>
    withSession(context.host, sourceTarget(options), async (session) =>
      (await describeSource(session, options)).map((table) => table.schema),
    ),
  createEnumerator: (options, _tables, context) =>
    createJdbcEnumerator(options, sourceTarget(options), context),
  createReader: (options, tables, context) =>
    createJdbcReader({ options, target: sourceTarget(options), tables, context }),
  bounded: () => true,
})

/** Writes rows to tables, by their keys where there are keys. */
export const jdbcSink = defineSink({
  kind: 'sink',
  name: 'Jdbc',
  description: 'Writes to tables of PostgreSQL, MySQL, MariaDB and SQLite.',
  options: JDBC_SINK_OPTIONS,
  guarantee: (options) => {
    if (options.is_exactly_once) return 'exactly-once'
    const hasKeys = (options.primary_keys?.length ?? 0) > 0
    return hasKeys && options.enable_upsert && options.query === undefined
      ? 'idempotent'
      : 'at-least-once'
  },
  prepare: (options, tables, context) => {
    const target = sinkTarget(options)
    return withSession(context.host, target, async (session) => {
      if (options.is_exactly_once) {
        await translated(target, () => session.twoPhase.check(session.connection))
      }
      for (const table of tables) await applySaveModes(session, options, table)
    })
  },
  createWriter: (options, _tables, context) => createJdbcWriter(options, context),
  createCommitter: createJdbcCommitter,
})
