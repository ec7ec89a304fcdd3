import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRealHost } from '../../../runtime/host/index.ts'
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
