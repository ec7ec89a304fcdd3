import { defineSink } from '../define.ts'
import { createAssertCommitter } from './committer.ts'
import { ASSERT_OPTIONS } from './spec.ts'
import { checkTables, createAssertWriter } from './writer.ts'

/** Assert: fails the job unless its rows and tables are as the rules say. */
export const assertSink = defineSink({
  kind: 'sink',
  name: 'Assert',
  description: 'Checks rows, fields and schemas by rules and fails the job that breaks one.',
  options: ASSERT_OPTIONS,
  guarantee: () => 'exactly-once',
  prepare(options, tables) {
    checkTables(options, tables)
    return Promise.resolve()
  },
  createWriter: (options, tables) => createAssertWriter(options, tables),
  createCommitter: (options, _context, tables) => createAssertCommitter(options, tables),
})
