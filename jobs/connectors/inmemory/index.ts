import { defineSink } from '../define.ts'
import { checkAssertedOptions, createInMemoryCommitter, createInMemoryWriter } from './sink.ts'
import { IN_MEMORY_OPTIONS } from './spec.ts'

/** InMemory: a sink without an effect that fails on demand, as job files of tests use it. */
export const inMemorySink = defineSink({
  kind: 'sink',
  name: 'InMemory',
  description: 'Drops all rows; fails or waits when told to. For tests.',
  options: IN_MEMORY_OPTIONS,
  guarantee: () => 'exactly-once',
  prepare(options, tables, context) {
    for (const table of tables) {
      checkAssertedOptions(options, table)
      context.log('info', `handle schema savemode with table path: ${table.path}`)
      context.log('info', `handle data savemode with table path: ${table.path}`)
    }
    return Promise.resolve()
  },
  createWriter: (options, _tables, context) => createInMemoryWriter(options, context),
  createCommitter: (options) => createInMemoryCommitter(options),
})
