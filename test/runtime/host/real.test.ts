import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRealHost } from '../../../runtime/host/index.ts'
import { hostContract } from './contract.ts'

hostContract('the real host', async (run) => {
  const folder = await mkdtemp(join(tmpdir(), 'tidegate-host-'))
  try {
    await run({ host: createRealHost(), folder, address: '127.0.0.1' })
  } finally {
    await rm(folder, { recursive: true })
  }
})
