import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRealHost, type MemorySpace } from '../../../runtime/host/index.ts'
import { expect, test } from 'bun:test'
import { hostContract } from './contract.ts'

hostContract('the real host', async (run) => {
  const folder = await mkdtemp(join(tmpdir(), 'tidegate-host-'))
  try {
    await run({ host: createRealHost(), folder, address: '127.0.0.1' })
  } finally {
    await rm(folder, { recursive: true })
  }
})

const isLinux = process.platform === 'linux'
if (!isLinux) process.stdout.write('skipped: what a process has open, this is not Linux\n')

/** Tells what it has open before and after it opens three files more. */
const OPENER = `
import { openSync } from 'node:fs'
import { createRealHost } from '${join(import.meta.dir, '../../../runtime/host/index.ts')}'
const { process: own, memory } = createRealHost()
await own.resources()
const before = await own.resources()
for (const _ of [1, 2, 3]) openSync('/dev/null')
const after = await own.resources()
const [heldBytes, swap] = [memory.usedBytes(), await memory.swap()]
process.stdout.write(JSON.stringify({ before, after, heldBytes, swap }))
`

interface Opened {
  readonly before: { readonly openFiles: number }
  readonly after: { readonly openFiles: number; openFilesMax: number; virtualBytes: number }
  readonly heldBytes: number
  readonly swap: MemorySpace
}

test.skipIf(!isLinux)('Linux tells what a process has open', async () => {
  const opener = Bun.spawn([process.execPath, '-e', OPENER], { stdout: 'pipe' })
  const { before, after, heldBytes, swap } = (await new Response(opener.stdout).json()) as Opened
  expect(after.openFiles).toBe(before.openFiles + 3)
  expect(after.openFilesMax).toBeGreaterThan(after.openFiles)
  expect(after.virtualBytes).toBeGreaterThan(heldBytes)
  expect(swap).toEqual({ totalBytes: expect.any(Number), freeBytes: expect.any(Number) })
})

/** Locks the file that it is told, says so, and never ends by itself. */
const HOLDER = `
import { createRealHost } from '${join(import.meta.dir, '../../../runtime/host/index.ts')}'
await createRealHost().disk.lock(process.argv.at(-1))
process.stdout.write('locked')
setInterval(() => {}, 1e9)
`

test('a lock ends with the process that holds it, however that ends', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tidegate-lock-'))
  const path = join(folder, 'lock')
  const { disk } = createRealHost()
  const holder = Bun.spawn([process.execPath, '-e', HOLDER, path], { stdout: 'pipe' })
  try {
    await holder.stdout.getReader().read()
    expect(await disk.lock(path)).toBeUndefined()
    holder.kill('SIGKILL')
    await holder.exited
    const lock = await disk.lock(path)
    expect(lock).toBeDefined()
    lock?.release()
  } finally {
    holder.kill('SIGKILL')
    await rm(folder, { recursive: true })
  }
})
