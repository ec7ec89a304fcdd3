import { createRealHost } from '../../../runtime/host/index.ts'
import { partitionOf } from '../../../members/grid/data/index.ts'
import { openSession } from '../../../members/grid/client/session.ts'
import { DEFAULT_CLIENT } from '../../../members/grid/client/settings.ts'
import { PROTOCOL } from '../../../members/member/settings.ts'
import { callsOf, keyData, PARTITION_COUNT } from './calls.ts'
import { type Load, type LoadResult, runLoad } from './load.ts'
import { redis } from './redis.ts'

/** A load, as it is told to the process that runs it. */
export interface LoaderOptions extends Omit<Load, 'protocol' | 'ports' | 'serverOf'> {
  readonly server: 'redis' | 'grid'
  /** Of the only server, or of any member. */
  readonly port: number
  readonly clusterName: string
}

/** The ports of the members, and which of them is the primary of a key. */
const routesOf = async ({ port, clusterName }: LoaderOptions) => {
  const settings = { ...DEFAULT_CLIENT, clusterName, members: [`127.0.0.1:${port}`] }
  const session = await openSession(createRealHost(), settings, PROTOCOL)
  const { cluster } = session
  const members = cluster.members()
  const serverOf = (key: number): number => {
    const primary = cluster.table().row(partitionOf(keyData(key), PARTITION_COUNT))?.replicas[0]
    return members.findIndex(({ id }) => id === primary)
  }
  await session.close()
  return { ports: members.map(({ address }) => address.port), serverOf }
}

const run = async (options: LoaderOptions): Promise<LoadResult> => {
  if (options.server === 'redis') {
    return runLoad({ ...options, protocol: redis, ports: [options.port], serverOf: () => 0 })
  }
  const { clusterName } = options
  const settings = { clusterName, partitionCount: 0, secret: '', versions: PROTOCOL }
  return runLoad({ ...options, protocol: callsOf(settings), ...(await routesOf(options)) })
}

if (import.meta.main) {
  const options = JSON.parse(process.argv[2]!) as LoaderOptions
  process.stdout.write(`${JSON.stringify(await run(options))}\n`)
}
