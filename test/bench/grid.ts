import { connect } from '../../deploy/embedded/index.ts'
import { keyData, MAP_NAME } from './grid/calls.ts'
import type { LoaderOptions } from './grid/loader.ts'
import type { Operation } from './grid/protocol.ts'
import {
  clients,
  cpuSeconds,
  load,
  redisPath,
  residentBytes,
  type Server,
  startMember,
  startRedis,
} from './grid/servers.ts'
import type { Figure } from './main.ts'

type Emit = (figure: Figure) => void

const SERVER_CORE = '0'
const LOAD_CORE = '1'
const BOTH_CORES = '0,1'
const CLUSTER = 'bench-grid'
const CONNECTIONS = 50
const FEW_CONNECTIONS = 10
const PIPELINES = [1, 16, 64]
const OPERATIONS: readonly Operation[] = ['get', 'set']
const SMALL = { valueBytes: 100, keyCount: 1_000_000 }
const LARGE = { valueBytes: 1000, keyCount: 100_000 }
/** Other work on the machine disturbs single runs: the best of several counts, the sides in turn. */
const ROUNDS = 3
const SECONDS = 1
const FILL_PIPELINE = 64
const MEGABYTE = 1_000_000
/** How often it is looked whether a migration is done: more often would slow it down. */
const LOOK_MS = 10
const US_OF_SECOND = 1_000_000

const rounded = (value: number): number => Math.round(value * 100) / 100

interface Side {
  readonly name: string
  readonly kind: LoaderOptions['server']
  /** The load goes to the first one, which tells of the others. */
  readonly servers: readonly Server[]
  readonly loadCores: string
}

type Shape = Pick<LoaderOptions, 'operation' | 'pipeline' | 'keyCount' | 'valueBytes'> & {
  readonly connections?: number
}

const runOn = ({ kind, servers, loadCores }: Side, shape: Shape, isFill = false) =>
  load(loadCores, {
    connections: CONNECTIONS,
    ...shape,
    server: kind,
    port: servers[0]!.port,
    clusterName: CLUSTER,
    isFill,
    seconds: SECONDS,
  })

interface Best {
  perSecond: number
  p99Us: number
  /** Of all servers: other work on the machine hardly shows in it. */
  cpuUsPerOperation: number
}

const usedBy = ({ servers }: Side): number =>
  servers.reduce((sum, { pid }) => sum + cpuSeconds(pid), 0)

/** The best of several runs of each side, which take turns. */
const compare = async (sides: readonly Side[], shape: Shape): Promise<Best[]> => {
  const best = sides.map((): Best => ({
    perSecond: 0,
    p99Us: Infinity,
    cpuUsPerOperation: Infinity,
  }))
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [index, side] of sides.entries()) {
      const used = usedBy(side)
      const { operations, seconds, p99Us } = await runOn(side, shape)
      const cpuUs = ((usedBy(side) - used) * US_OF_SECOND) / operations
      const known = best[index]!
      known.perSecond = Math.max(known.perSecond, operations / seconds)
      known.p99Us = Math.min(known.p99Us, p99Us)
      known.cpuUsPerOperation = Math.min(known.cpuUsPerOperation, cpuUs)
    }
  }
  return best
}

const fill = (side: Side, size: typeof SMALL) =>
  runOn(side, { ...size, operation: 'set', pipeline: FILL_PIPELINE }, true)

/** One operation at one depth of the pipeline, with the ratio to Redis where it is there. */
const measureShape = async (emit: Emit, sides: readonly Side[], shape: Shape): Promise<void> => {
  const best = await compare(sides, shape)
  const { operation, valueBytes, pipeline } = shape
  const details = { valueBytes, pipeline, connections: CONNECTIONS, rounds: ROUNDS }
  const of = `${operation} of ${valueBytes} bytes, pipeline ${pipeline}`
  sides.forEach(({ name }, index) => {
    const { perSecond, p99Us, cpuUsPerOperation } = best[index]!
    emit({
      bench: 'grid',
      name: `${of}, ${name}`,
      value: Math.round(perSecond),
      unit: '1/s',
      p99Us,
      cpuUsPerOperation: rounded(cpuUsPerOperation),
      ...details,
    })
  })
  const [own, other] = best
  if (own === undefined || other === undefined) return
  emit({
    bench: 'grid',
    name: `${of}, ${sides[0]!.name} to ${sides[1]!.name}`,
    value: rounded(own.perSecond / other.perSecond),
    unit: '',
    byCpu: rounded(other.cpuUsPerOperation / own.cpuUsPerOperation),
    ...details,
  })
}

const measureShapes = async (emit: Emit, sides: readonly Side[]): Promise<void> => {
  for (const size of [SMALL, LARGE]) {
    for (const side of sides) await fill(side, size)
    for (const operation of OPERATIONS) {
      for (const pipeline of PIPELINES) {
        await measureShape(emit, sides, { ...size, operation, pipeline })
      }
    }
  }
}

/** Memory of the process after a million entries, then how fast it answers. */
const oneMember = async (emit: Emit): Promise<void> => {
  const common = { clusterName: CLUSTER, backupCount: 0 }
  await using member = await startMember({ ...common, cores: SERVER_CORE })
  const path = redisPath()
  if (path === null) process.stderr.write('skipped: no redis-server to compare with\n')
  await using redis = path === null ? null : await startRedis(path, SERVER_CORE)
  const sides: Side[] = [
    { name: 'one member', kind: 'grid', servers: [member], loadCores: LOAD_CORE },
  ]
  if (redis !== null) {
    sides.push({ name: 'redis', kind: 'redis', servers: [redis], loadCores: LOAD_CORE })
  }
  for (const side of sides) {
    await fill(side, SMALL)
    const value = Math.round(residentBytes(side.servers[0]!.pid) / MEGABYTE)
    const details = { entries: SMALL.keyCount, valueBytes: SMALL.valueBytes }
    emit({ bench: 'grid', name: `memory, ${side.name}`, value, unit: 'MB', ...details })
  }
  await measureLatency(emit, sides)
  await measureShapes(emit, sides)
}

/** Each connection waits for its answers, one by one. */
const measureLatency = async (emit: Emit, sides: readonly Side[]): Promise<void> => {
  for (const operation of OPERATIONS) {
    const shape = { ...SMALL, operation, pipeline: 1, connections: FEW_CONNECTIONS }
    const best = await compare(sides, shape)
    sides.forEach(({ name }, index) => {
      const of = `p99 of ${operation}, ${FEW_CONNECTIONS} connections, ${name}`
      emit({ bench: 'grid', name: of, value: best[index]!.p99Us, unit: 'us', rounds: ROUNDS })
    })
  }
}

const connectTo = ({ port }: Server) =>
  connect({ cluster: CLUSTER, members: [`127.0.0.1:${port}`] })

/** Until both members are there and nothing moves between them any more. */
const settled = async (server: Server): Promise<void> => {
  await using client = await connectTo(server)
  while (client.members().length < 2 || !(await client.isSafe())) await Bun.sleep(10)
}

const twoMembers = async (emit: Emit): Promise<void> => {
  const common = { clusterName: CLUSTER, backupCount: 1 }
  await using first = await startMember({ ...common, cores: '0' })
  await using second = await startMember({ ...common, cores: '1', join: first.port })
  await settled(second)
  const name = 'two members with one backup'
  await measureShapes(emit, [
    { name, kind: 'grid', servers: [second, first], loadCores: BOTH_CORES },
  ])
}

/** From the moment that a second member is in the list until it has a copy of everything. */
const migrationOf = async (emit: Emit, data: typeof LARGE): Promise<void> => {
  const common = { clusterName: CLUSTER, backupCount: 1 }
  await using first = await startMember({ ...common, cores: '0' })
  const side: Side = { name: '', kind: 'grid', servers: [first], loadCores: LOAD_CORE }
  await fill(side, data)
  await using client = await connectTo(first)
  const joined = Promise.withResolvers<{ readonly ns: number; readonly usedByFirst: number }>()
  client.onMembers((members) => {
    if (members.length < 2) return
    joined.resolve({ ns: Bun.nanoseconds(), usedByFirst: cpuSeconds(first.pid) })
  })
  await using second = await startMember({ ...common, cores: '1', join: first.port })
  const { ns: startNs, usedByFirst } = await joined.promise
  const usedToStart = cpuSeconds(second.pid)
  const isDone = async (): Promise<boolean> => {
    const held = (await client.statistics()).map(({ structures }) => {
      const map = structures.find(({ name }) => name === MAP_NAME)
      return map === undefined ? 0 : map.ownedEntries + map.backupEntries
    })
    return held.length === 2 && held.every((entries) => entries === data.keyCount)
  }
  // What the members hold is counted last: that takes them longer than to say that all is safe.
  while (!((await client.isSafe()) && (await isDone()))) await Bun.sleep(LOOK_MS)
  const seconds = (Bun.nanoseconds() - startNs) / 1e9
  const megabytes = (data.keyCount * (data.valueBytes + keyData(0).length)) / MEGABYTE
  emit({
    bench: 'grid',
    name: 'migration to a second member',
    value: Math.round(megabytes / seconds),
    unit: 'MB/s',
    megabytes: Math.round(megabytes),
    seconds: rounded(seconds),
    cpuSecondsOfSource: rounded(cpuSeconds(first.pid) - usedByFirst),
    cpuSecondsOfTarget: rounded(cpuSeconds(second.pid) - usedToStart),
    cpuSecondsToStart: rounded(usedToStart),
  })
}

/** Small data shows what the start costs, much of it how fast the rest goes. */
const migration = async (emit: Emit): Promise<void> => {
  await migrationOf(emit, LARGE)
  await migrationOf(emit, { ...LARGE, keyCount: 4 * LARGE.keyCount })
}

const programs = async (emit: Emit): Promise<void> => {
  const options = { cores: SERVER_CORE, clusterName: CLUSTER, backupCount: 0 }
  await using member = await startMember(options)
  const figures = await clients(LOAD_CORE, member, CLUSTER)
  const names = {
    eventsPerSecond: 'fan-out to 10 listeners',
    handOffsPerSecond: 'hand-off of a lock between two clients',
    itemsPerSecond: 'items through a queue, from one client to another',
  }
  for (const [key, name] of Object.entries(names)) {
    const value = Math.round(figures[key as keyof typeof names])
    emit({ bench: 'grid', name, value, unit: '1/s' })
  }
}

const PARTS: Readonly<Record<string, (emit: Emit) => Promise<void>>> = {
  'one-member': oneMember,
  'two-members': twoMembers,
  migration,
  programs,
}

/** The grid under load, beside Redis under the same; options name parts of it. */
export const run = async (emit: Emit, options: readonly string[]): Promise<void> => {
  for (const [name, part] of Object.entries(PARTS)) {
    if (options.length === 0 || options.includes(name)) await part(emit)
  }
}
