import { loadSetup } from '../../../deploy/cli/member/setup.ts'
import { openJobShelves } from '../../../deploy/cli/member/jobTools.ts'
import { startMemberJobs } from '../../../deploy/cli/member/memberJobs.ts'
import type { JobService } from '../../../jobs/cluster/index.ts'
import { openMemberGrid } from '../../../members/grid/index.ts'
import { startMember } from '../../../members/member/index.ts'
import { EngineError } from '../../../runtime/errors/index.ts'
import { createRealHost } from '../../../runtime/host/index.ts'

/**
 * A member with its grid and jobs, as `tidegate member` puts them together, whose job service can be
 * called from outside: `POST /METHOD` with the arguments as a JSON array. Settings are its arguments.
 */
const host = createRealHost()
const [role, ...set] = process.argv.slice(2)
const setup = await loadSetup(host, {
  role: role as 'master' | 'worker' | 'master_and_worker',
  config: [],
  set,
  cluster: 'jobs-test',
})
const member = await startMember(host, setup.member)
const grid = openMemberGrid({
  host,
  member,
  clusterName: setup.clusterName,
  settings: setup.grid,
  leave: () => member.leave(),
})
const jobs = startMemberJobs({
  host,
  member,
  grid,
  settings: setup,
  shelves: openJobShelves(host, grid, { dataFolder: setup.grid.dataFolder, keepsIdleCode: true }),
  tls: undefined,
  secret: setup.member.secret,
  version: '0',
  log: (level, text) => console.error(`${Math.round(performance.now())} ${level} ${text}`),
})

type Question = 'isMaster' | 'isWhole'

type Methods = { readonly [name: string]: (...values: readonly unknown[]) => Promise<unknown> }

const server = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  idleTimeout: 0,
  fetch: async (request) => {
    const method = new URL(request.url).pathname.slice(1) as keyof JobService | Question
    if (method === 'isMaster') return Response.json(member.isActiveMaster() && member.isSafe())
    if (method === 'isWhole') {
      return Response.json(member.members().length === 5 && grid.isClusterSafe())
    }
    const values = (await request.json()) as unknown[]
    try {
      const service = jobs.service as unknown as Methods
      const given = method === 'ended' ? [values[0], request.signal] : values
      return Response.json({ value: (await service[method]!(...given)) ?? null })
    } catch (thrown) {
      const code = thrown instanceof EngineError ? thrown.code : 'BUG'
      return Response.json({ code, message: String(thrown) }, { status: 400 })
    }
  },
})
console.log(JSON.stringify({ port: server.port, address: member.self.address }))
