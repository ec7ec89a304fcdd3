import { afterAll } from 'bun:test'
import { CONTRACT_YAML, gridStructureContract } from '../../../contract/gridStructures.ts'
import { connectHazelcast } from '../../../contract/hazelcastGrid.ts'
import { hazelcastMissing, startHazelcast } from '../../../servers/index.ts'

const missing = await hazelcastMissing()

if (missing === undefined) {
  const server = await startHazelcast(CONTRACT_YAML)
  const { grid, close } = await connectHazelcast(server)
  gridStructureContract('Hazelcast', async () => grid, {
    without: { topic: 'its client for Node.js has reliable topics only' },
  })
  afterAll(async () => {
    await close()
    await server.stop()
  })
} else {
  process.stdout.write(`Not compared with Hazelcast: ${missing}.\n`)
}
