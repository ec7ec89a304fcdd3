import { expect, test } from 'bun:test'
import { createWorkspace } from '../tidegate.ts'

/** A stream gives its rows once and then waits for ever. */
const ENDLESS = `
env { job.mode = "STREAMING", job.name = "endless" }
source { FakeSource { row.num = 5, schema { fields { id = bigint } } } }
sink { Console {} }
`

/** Its sink never comes back from a write. */
const STUCK = ENDLESS.replace('Console {}', 'InMemory { writer_sleep = true }')

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
  await Bun.sleep(500)
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
