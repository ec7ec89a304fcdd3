import { loadSetup } from '../../../deploy/cli/member/setup.ts'
import { openJobShelves } from '../../../deploy/cli/member/jobTools.ts'
import { startMemberJobs } from '../../../deploy/cli/member/memberJobs.ts'
import { openMemberGrid } from '../../../members/grid/index.ts'
import { startMember } from '../../../members/member/index.ts'
import { EngineError } from '../../../runtime/errors/index.ts'
import { createRealHost } from '../../../runtime/host/index.ts'

/**
 * A member with its grid and jobs, as `tidegate member` puts them together, whose job service can be
 * called from outside: `POST /METHOD` with the arguments as a JSON array. Its own arguments are its role,
 * the socket where it is called, and settings.
 */
const host = createRealHost()
const [role, socket, ...set] = process.argv.slice(2)
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

type Methods = { readonly [name: string]: (...values: readonly unknown[]) => Promise<unknown> }

const jobMethods = jobs.service as unknown as Methods

const methods: Methods = {
  ...jobMethods,
  health: async () => ({
    isMaster: member.isActiveMaster(),
    isSafe: member.isSafe() && grid.isClusterSafe(),
    memberCount: member.members().length,
  }),
  keys: async (map) => [...(await grid.map(String(map)).keySet())].map(String),
}

Bun.serve({
  unix: socket!,
  fetch: async (request) => {
    const method = new URL(request.url).pathname.slice(1)
    const values = (await request.json()) as unknown[]
    try {
      const given = method === 'ended' ? [values[0], request.signal] : values
      return Response.json({ value: (await methods[method]!(...given)) ?? null })
    } catch (thrown) {
      const code = thrown instanceof EngineError ? thrown.code : 'BUG'
      return Response.json({ code, message: String(thrown) }, { status: 400 })
    }
  },
})
console.log('ready')
