import { expect, test } from 'bun:test'
import { createWorkspace } from '../tidegate.ts'

/** A stream gives its rows once and then waits for ever. */
const ENDLESS = `
env { job.mode = "STREAMING", job.name = "endless" }
source { FakeSource { row.num = 5, schema { fields { id = bigint } } } }
sink { Console {} }
`

/** The second sink never comes back from a write; the first shows that it has come so far. */
const STUCK = ENDLESS.replace('FakeSource {', 'FakeSource { plugin_output = "rows",').replace(
  'Console {}',
  'Console { plugin_input = "rows" }\nInMemory { plugin_input = "rows", writer_sleep = true }',
)

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s ends a job well', async (signal, expected) => {
  await using workspace = await createWorkspace()
  await workspace.write('endless.conf', ENDLESS)
  const job = workspace.start('run', 'endless.conf', '--format', 'json')
  await job.shows('rowIndex=5')
  job.signal(signal)
  job.signal(signal)
  const { exitCode, out, err } = await job.finished
  expect(exitCode).toBe(expected)
  expect(JSON.parse(out.trimEnd().split('\n').at(-1)!)).toMatchObject({
    status: 'CANCELED',
    readCount: 5,
    committedCount: 5,
  })
  expect(err).toContain('--restore')
})

test('a second Ctrl-C ends a job that does not end well', async () => {
  await using workspace = await createWorkspace()
  await workspace.write('stuck.conf', STUCK)
  const job = workspace.start('run', 'stuck.conf')
  await job.shows('rowIndex=5')
  job.signal('SIGINT')
  await job.tells('Once more stops at once.')
  // One that comes at once is taken for the same signal, passed on by what started the process.
  await Bun.sleep(300)
  job.signal('SIGINT')
  const { exitCode, err } = await job.finished
  expect(err).toContain('Stopping at once')
  expect(err).not.toMatch(/^\s+at /m)
  expect(exitCode).toBe(130)
})

test('a job that was ended well goes on with --restore where it was', async () => {
  await using workspace = await createWorkspace()
  await workspace.write('endless.conf', ENDLESS)
  const first = workspace.start('run', 'endless.conf')
  await first.shows('rowIndex=5')
  first.signal('SIGINT')
  await first.finished
  const second = workspace.start('run', 'endless.conf', '--restore')
  await second.shows('output rowType')
  second.signal('SIGTERM')
  const { exitCode, out } = await second.finished
  expect(out).not.toContain('rowIndex')
  expect(exitCode).toBe(143)
})
