import type { Operation } from './grid/protocol.ts'
import type { LoaderOptions } from './grid/loader.ts'
import { load, redisPath, residentBytes, startMember, startRedis } from './grid/servers.ts'
import type { Figure } from './main.ts'

type Emit = (figure: Figure) => void

const SERVER_CORE = '0'
const LOAD_CORE = '1'
const BOTH_CORES = '0,1'
const CLUSTER = 'bench-grid'
const CONNECTIONS = 50
const PIPELINES = [1, 16, 64]
const OPERATIONS: readonly Operation[] = ['get', 'set']
const SIZES = [
  { valueBytes: 100, keyCount: 1_000_000 },
  { valueBytes: 1000, keyCount: 100_000 },
]
/** Other work on the machine disturbs single runs: the best of several counts, the sides in turn. */
const ROUNDS = 5
const SECONDS = 1
const FILL_PIPELINE = 64
const MEGABYTE = 1_000_000

const rounded = (value: number): number => Math.round(value * 100) / 100

interface Side {
  readonly server: LoaderOptions['server']
  readonly port: number
  readonly loadCores: string
}

type Shape = Pick<LoaderOptions, 'operation' | 'pipeline' | 'keyCount' | 'valueBytes'>

const runOn = (side: Side, shape: Shape, isFill = false) =>
  load(side.loadCores, {
    ...shape,
    server: side.server,
    port: side.port,
    clusterName: CLUSTER,
    connections: CONNECTIONS,
    isFill,
    seconds: SECONDS,
  })

interface Best {
  perSecond: number
  p99Us: number
}

/** The best of several runs of each side, which take turns. */
const compare = async (sides: readonly Side[], shape: Shape): Promise<Best[]> => {
  const best = sides.map((): Best => ({ perSecond: 0, p99Us: Infinity }))
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [index, side] of sides.entries()) {
      const { operations, seconds, p99Us } = await runOn(side, shape)
      const known = best[index]!
      known.perSecond = Math.max(known.perSecond, operations / seconds)
      known.p99Us = Math.min(known.p99Us, p99Us)
    }
  }
  return best
}

const NAMES = { redis: 'redis', grid: 'one member' } as const

const fill = async (sides: readonly Side[], size: (typeof SIZES)[number]): Promise<void> => {
  for (const side of sides) {
    await runOn(side, { ...size, operation: 'set', pipeline: FILL_PIPELINE }, true)
  }
}

/** Gets and sets at each depth of the pipeline, with the ratio to Redis where it is there. */
const measureShapes = async (emit: Emit, sides: readonly Side[], label: string) => {
  for (const size of SIZES) {
    await fill(sides, size)
    for (const operation of OPERATIONS) {
      for (const pipeline of PIPELINES) {
        const best = await compare(sides, { ...size, operation, pipeline })
        const { valueBytes } = size
        const details = { valueBytes, pipeline, connections: CONNECTIONS, rounds: ROUNDS }
        const of = `${operation} of ${valueBytes} bytes, pipeline ${pipeline}`
        sides.forEach(({ server }, index) => {
          const name = server === 'grid' ? label : NAMES[server]
          const { perSecond, p99Us } = best[index]!
          const value = Math.round(perSecond)
          emit({ bench: 'grid', name: `${of}, ${name}`, value, unit: '1/s', p99Us, ...details })
        })
        if (sides.length < 2) continue
        const ratio = rounded(best[0]!.perSecond / best[1]!.perSecond)
        emit({
          bench: 'grid',
          name: `${of}, ${label} to redis`,
          value: ratio,
          unit: '',
          ...details,
        })
      }
    }
  }
}

const oneMember = async (emit: Emit): Promise<void> => {
  await using member = await startMember({
    cores: SERVER_CORE,
    clusterName: CLUSTER,
    backupCount: 0,
  })
  const path = redisPath()
  if (path === null) process.stderr.write('skipped: no redis-server to compare with\n')
  await using redis = path === null ? null : await startRedis(path, SERVER_CORE)
  const sides: Side[] = [{ server: 'grid', port: member.port, loadCores: LOAD_CORE }]
  if (redis !== null) sides.push({ server: 'redis', port: redis.port, loadCores: LOAD_CORE })
  await fill(sides, SIZES[0]!)
  const memory = { unit: 'MB', entries: SIZES[0]!.keyCount, valueBytes: SIZES[0]!.valueBytes }
  for (const [name, server] of [['one member', member] as const, ['redis', redis] as const]) {
    if (server === null) continue
    const value = Math.round(residentBytes(server.pid) / MEGABYTE)
    emit({ bench: 'grid', name: `memory, ${name}`, value, ...memory })
  }
  await measureShapes(emit, sides, 'one member')
}

const twoMembers = async (emit: Emit): Promise<void> => {
  const common = { clusterName: CLUSTER, backupCount: 1 }
  await using first = await startMember({ ...common, cores: '0' })
  await using second = await startMember({ ...common, cores: '1', join: first.port })
  const side: Side = { server: 'grid', port: second.port, loadCores: BOTH_CORES }
  await measureShapes(emit, [side], 'two members with one backup')
}

const PARTS: Readonly<Record<string, (emit: Emit) => Promise<void>>> = {
  'one-member': oneMember,
  'two-members': twoMembers,
}

/** Operations of the grid under load, beside Redis under the same; options name parts of it. */
export const run = async (emit: Emit, options: readonly string[]): Promise<void> => {
  for (const [name, part] of Object.entries(PARTS)) {
    if (options.length === 0 || options.includes(name)) await part(emit)
  }
}
