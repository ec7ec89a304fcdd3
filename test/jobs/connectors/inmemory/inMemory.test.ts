import { expect, test } from 'bun:test'
import { inMemorySink } from '../../../../jobs/connectors/inmemory/index.ts'
import { createRealHost, type Clock } from '../../../../runtime/host/index.ts'
import { batchOfRows, column, type TableSchema } from '../../../../runtime/rows/index.ts'
import { sinkContract } from '../../../contract/sinkContract.ts'
import { testContext } from '../../../contract/testContext.ts'
import { writtenOptions } from '../../../contract/writtenOptions.ts'

const table: TableSchema = { path: 't', catalog: 'c', columns: [column('n', { kind: 'int' })] }
const batch = batchOfRows(table, [[1], [2]])

const optionsOf = (text: string) => writtenOptions(inMemorySink.options, text)

/** A host whose timers fire at once, and the delays that were asked for. */
const hastyHost = () => {
  const delays: number[] = []
  const host = createRealHost()
  const clock: Clock = {
    ...host.clock,
    timer(delayMs, callback) {
      delays.push(delayMs)
      return host.clock.timer(0, callback)
    },
  }
  return { host: { ...host, clock }, delays }
}

sinkContract('InMemory', async () => ({
  connector: inMemorySink,
  options: await optionsOf(''),
  tables: [table],
  batches: [batch, batch],
  [Symbol.asyncDispose]: () => Promise.resolve(),
}))

test('throw_exception fails a checkpoint after four seconds', async () => {
  const { host, delays } = hastyHost()
  const options = await optionsOf('throw_exception = true')
  const writer = inMemorySink.createWriter(options, [table], testContext({ host }))
  await writer.write(batch)
  expect(writer.prepareCommit(1)).rejects.toMatchObject({ code: 'CON-001' })
  expect(delays).toEqual([4000])
})

test('checkpoint_sleep takes five seconds', async () => {
  const { host, delays } = hastyHost()
  const options = await optionsOf('checkpoint_sleep = true')
  const writer = inMemorySink.createWriter(options, [table], testContext({ host }))
  expect(await writer.prepareCommit(1)).toHaveLength(1)
  expect(delays).toEqual([5000])
})

test('writer_sleep waits until the job is cancelled', async () => {
  const context = testContext()
  const options = await optionsOf('writer_sleep = true')
  const writing = inMemorySink.createWriter(options, [table], context).write(batch)
  expect(writing).toBeInstanceOf(Promise)
  context.cancel()
  await writing
})

test('throw_out_of_memory fails the write', async () => {
  const options = await optionsOf('throw_out_of_memory = true')
  const writer = inMemorySink.createWriter(options, [table], testContext())
  expect(() => writer.write(batch)).toThrow('InMemory: out of memory.')
})

test('throw_runtime_exception_list fails each write with the next message', async () => {
  const options = await optionsOf('throw_runtime_exception_list = [one, two]')
  const writer = inMemorySink.createWriter(options, [table], testContext())
  for (const message of ['one', 'two', 'two']) {
    expect(() => writer.write(batch)).toThrow(`InMemory: ${message}.`)
  }
})

test('throw_exception_of_committer fails the commit', async () => {
  const options = await optionsOf('throw_exception_of_committer = true')
  const committer = inMemorySink.createCommitter!(options, testContext(), [table])
  expect(committer.commit([{}])).rejects.toMatchObject({ code: 'CON-001' })
})

test('assert_options_key must be assert_options_value', async () => {
  const prepare = async (text: string) =>
    inMemorySink.prepare?.(await optionsOf(text), [table], testContext())
  await prepare('assert_options_key = a, assert_options_value = a')
  expect(prepare('assert_options_key = a, assert_options_value = b')).rejects.toThrow(
    'assert_options_key "a" is not assert_options_value "b"',
  )
  expect(prepare('assert_options_key = a')).rejects.toMatchObject({ code: 'CON-001' })
})

test('assert_options_key is compared with the placeholders of the table filled in', async () => {
  const prepared = async (value: string) =>
    inMemorySink.prepare!(
      await optionsOf(`assert_options_key = "$\{table_name}"\nassert_options_value = ${value}`),
      [table],
      testContext(),
    )
  await prepared('t')
  expect(prepared('u')).rejects.toMatchObject({ code: 'CON-001' })
})
