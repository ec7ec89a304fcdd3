import { describe, expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRealHost, type Thread } from '../../../runtime/host/index.ts'

const ENTRY = 'test/runtime/host/threads/echo.ts'
const { threads } = createRealHost()

const answerTo = (thread: Thread, message: unknown): Promise<unknown> =>
  new Promise((resolve) => {
    thread.onMessage(resolve)
    thread.post(message)
  })

const exitOf = (thread: Thread): Promise<Error | undefined> =>
  new Promise((resolve) => thread.onExit(resolve))

describe('threads of the real host', () => {
  test('a thread answers, sharing memory that can be shared', async () => {
    const thread = threads.spawn(ENTRY)
    const shared = new Int32Array(new SharedArrayBuffer(4))
    const answer = (await answerTo(thread, { shared, text: 'hello' })) as { shared: Int32Array }
    Atomics.store(answer.shared, 0, 42)
    expect(shared[0]).toBe(42)
    await thread.terminate()
  })

  test('a thread sees the environment that it is given', async () => {
    const thread = threads.spawn(ENTRY, { name: 'guest', environment: { GREETING: 'hi' } })
    expect(await answerTo(thread, 'greeting')).toBe('hi')
    await thread.terminate()
  })

  test('an endless loop is ended from outside without an error', async () => {
    const thread = threads.spawn(ENTRY)
    const exit = exitOf(thread)
    expect(await answerTo(thread, 1)).toBe(1)
    thread.post('spin')
    await thread.terminate()
    expect(await exit).toBeUndefined()
  })

  test('a thread that throws, or does not exist, ends with that error', async () => {
    const failing = threads.spawn(ENTRY)
    const exit = exitOf(failing)
    failing.post('fail')
    expect((await exit)?.message).toContain('failed as asked')
    const missing = threads.spawn('test/runtime/host/threads/missing.ts')
    expect((await exitOf(missing))?.message).toContain('missing.ts')
  })

  test('a thread starts inside a compiled executable', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tidegate-compile-'))
    try {
      const outfile = join(folder, 'program')
      const root = join(import.meta.dir, '../../..')
      const sources = ['test/runtime/host/threads/main.ts', ENTRY]
      const options = ['--compile', '--minify', '--bytecode', '--format=esm', `--root=${root}`]
      const build = Bun.spawnSync(
        [process.execPath, 'build', ...options, ...sources, `--outfile=${outfile}`],
        { cwd: root },
      )
      expect(build.exitCode).toBe(0)
      const run = Bun.spawnSync([outfile], { cwd: folder })
      expect(run.stdout.toString()).toBe('from a compiled file')
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
