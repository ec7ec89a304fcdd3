import { afterAll, beforeAll, describe } from 'bun:test'
import { seatunnelMissing, startSeatunnel, type SeatunnelServer } from '../../servers/index.ts'
import { commandLineOn } from '../jobs/commandLine.ts'
import { sameRequestsTo } from './sameRequests.ts'

const missing = await seatunnelMissing()
if (missing !== undefined) process.stdout.write(`skipped: the real SeaTunnel (${missing})\n`)

describe.skipIf(missing !== undefined)('a real SeaTunnel', () => {
  let server: SeatunnelServer
  beforeAll(async () => {
    server = await startSeatunnel()
  }, 60_000)
  afterAll(() => server?.stop())

  // First, while it has the jobs of this only.
  describe('answers like a member', () => sameRequestsTo(() => server))
  describe('obeys the command line', () =>
    commandLineOn(() => server.url, { readCount: 1, error: /^error .*For input string/m }))
})
