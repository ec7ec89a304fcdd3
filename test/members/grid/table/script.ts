import {
  createLeader,
  EPOCH_STRIDE,
  holdersOf,
  type KeptCopy,
  LIFE_STRIDE,
  type LeaderEffect,
  type LeaderInput,
  type LeaderState,
  type PartitionRow,
  printLeader,
  step,
} from '../../../../members/grid/table/index.ts'

type Rows = Map<number, PartitionRow>

/** One master at a time, and members a, b, c … that know what it has published. */
interface World {
  nowMs: number
  isSafe: boolean
  partitionCount: number
  copies: number
  masterId: string
  members: string[]
  leader: LeaderState
  /** What members have kept over a stop, and whom they expect. */
  readonly kept: Map<string, KeptCopy[]>
  readonly expected: Map<string, string[]>
  /** Partitions of which each member holds everything. */
  readonly whole: Map<string, Set<number>>
  /** What each member knows. */
  readonly known: Map<string, Rows>
  /** Members that no publication reaches. */
  readonly deaf: Set<string>
  /** Partitions whose primary was asked to stop. */
  readonly asked: Map<number, string>
}

const printVersion = (version: number): string => {
  const life = version < LIFE_STRIDE ? '' : `${Math.floor(version / LIFE_STRIDE)}:`
  return `${life}${Math.floor((version % LIFE_STRIDE) / EPOCH_STRIDE)}.${version % EPOCH_STRIDE}`
}

const printRow = (partition: number, { version, replicas, next }: PartitionRow): string =>
  `  ${partition}: ${printVersion(version)} ${replicas.join(' ')}` +
  (next === undefined ? '' : ` > ${next.join(' ')}`)

const rowsOf = (world: World, name: string): Rows => {
  const rows = world.known.get(name) ?? new Map<number, PartitionRow>()
  world.known.set(name, rows)
  return rows
}

const wholeOf = (world: World, name: string): Set<number> => {
  const whole = world.whole.get(name) ?? new Set()
  world.whole.set(name, whole)
  return whole
}

/** Whoever leads a partition has all of it; whoever holds it no more has nothing. */
const hear = (world: World, name: string, partition: number): void => {
  const row = world.leader.rows[partition]!
  rowsOf(world, name).set(partition, row)
  if (row.replicas[0] === name) wholeOf(world, name).add(partition)
  else if (!holdersOf(row, Infinity).includes(name)) wholeOf(world, name).delete(partition)
}

const publish = (world: World, partitions: readonly number[], first: readonly string[]) => {
  const { leader, members, deaf } = world
  for (const name of members.filter((one) => !deaf.has(one))) {
    for (const partition of partitions) hear(world, name, partition)
  }
  const told = first.length === 0 ? '' : `, to ${[...new Set(first)].join(' and ')} first`
  return [
    `  publishes ${partitions.length} rows${told}`,
    ...partitions.map((partition) => printRow(partition, leader.rows[partition]!)),
  ]
}

const perform = (world: World, effect: LeaderEffect): string[] => {
  switch (effect.kind) {
    case 'fetch':
      return [`  asks ${effect.memberIds.join(' ')} for their rows`]
    case 'publish':
      return publish(world, effect.partitions, effect.first)
    case 'handover':
      world.asked.set(effect.partition, effect.memberId)
      return [`  asks ${effect.memberId} to hand over ${effect.partition}`]
    default:
      return effect satisfies never
  }
}

const dispatch = (world: World, event: LeaderInput): string[] => {
  const { nowMs, isSafe } = world
  const taken = step(world.leader, { ...event, nowMs, isSafe })
  world.leader = taken.state
  return taken.effects.flatMap((effect) => perform(world, effect))
}

const view = (world: World, masterId: string, stamp: string, members: string[]): string[] => {
  if (masterId !== world.masterId) {
    const { partitionCount, copies } = world
    const grouping = { type: 'PER_MEMBER' } as const
    world.leader = createLeader({
      partitionCount,
      grouping,
      replicas: copies + 1,
      recoveryTimeoutMs: 30_000,
    })
    world.asked.clear()
  }
  world.masterId = masterId
  world.members = members
  const [epoch, viewVersion] = stamp.split('.').map(Number)
  return dispatch(world, {
    kind: 'view',
    selfId: masterId,
    isMaster: true,
    epoch: epoch!,
    viewVersion: viewVersion!,
    members: members.map((id) => ({ id, host: id, address: id })),
  })
}

const answer = (world: World, memberId: string): string[] =>
  dispatch(world, {
    kind: 'fetched',
    memberId,
    epoch: world.leader.epoch,
    rows: [...rowsOf(world, memberId)],
    whole: [...(world.whole.get(memberId) ?? [])],
    copies: world.kept.get(memberId) ?? [],
    expected: world.expected.get(memberId) ?? [],
  })

/** The primary tells that all it leads is in sync, as it knows it. */
const sync = (world: World, memberId: string): string[] => {
  const own = [...rowsOf(world, memberId)].filter(([, row]) => row.replicas[0] === memberId)
  for (const [partition, row] of own) {
    for (const name of holdersOf(row, Infinity)) wholeOf(world, name).add(partition)
  }
  const inSync = own.map(([partition, { version }]) => [partition, version] as const)
  return dispatch(world, { kind: 'reports', memberId, inSync, frozen: [], replicas: 0 })
}

const freeze = (world: World, memberId: string): string[] => {
  const asked = [...world.asked].filter(([, name]) => name === memberId)
  for (const [partition] of asked) world.asked.delete(partition)
  const frozen = asked.map(
    ([partition]) => [partition, rowsOf(world, memberId).get(partition)!.version] as const,
  )
  return dispatch(world, { kind: 'reports', memberId, inSync: [], frozen, replicas: 0 })
}

const want = (world: World, replicas: number): string[] =>
  dispatch(world, { kind: 'reports', memberId: world.masterId, inSync: [], frozen: [], replicas })

/** `2:1.3` is the third row of the first epoch of the second life. */
const parseVersion = (text: string): number => {
  const [life, epoch, change] = text.split(/[:.]/).map(Number)
  return life! * LIFE_STRIDE + epoch! * EPOCH_STRIDE + change!
}

/** `keep a 0 0:1.3 1 whole 17`: a was the first backup of partition 0, and has all up to change 17. */
const keep = (world: World, memberId: string, words: readonly string[]): string[] => {
  const [partition, version, place, whole, sequence] = words
  const copy = {
    partition: Number(partition),
    version: parseVersion(version!),
    place: Number(place),
    isComplete: whole === 'whole',
    sequence: Number(sequence),
  }
  world.kept.set(memberId, [...(world.kept.get(memberId) ?? []), copy])
  return []
}

const performLine = (world: World, [verb, name = '', ...rest]: readonly string[]): string[] => {
  const names = [name, ...rest]
  switch (verb) {
    case 'new':
      Object.assign(world, newWorld(Number(name), Number(rest[0])))
      return []
    case 'view':
      return view(world, name, rest[0]!, rest.slice(1))
    case 'answer':
      return names.flatMap((one) => answer(world, one))
    case 'keep':
      return keep(world, name, rest)
    case 'expect':
      world.expected.set(name, rest)
      return []
    case 'sync':
      return names.flatMap((one) => sync(world, one))
    case 'freeze':
      return names.flatMap((one) => freeze(world, one))
    case 'want':
      return want(world, Number(name))
    case 'leave':
      return dispatch(world, { kind: 'leave', memberId: name })
    case 'deaf':
      for (const one of names) world.deaf.add(one)
      return []
    case 'safe':
      world.isSafe = name === 'yes'
      return dispatch(world, { kind: 'time' })
    case 'pass':
      world.nowMs += Number(name)
      return dispatch(world, { kind: 'time' })
    default:
      throw new Error(`Unknown verb ${verb}`)
  }
}

const newWorld = (partitionCount: number, copies: number): World => ({
  nowMs: 0,
  isSafe: true,
  partitionCount,
  copies,
  masterId: '',
  members: [],
  leader: createLeader({
    partitionCount,
    grouping: { type: 'PER_MEMBER' },
    replicas: copies + 1,
    recoveryTimeoutMs: 30_000,
  }),
  kept: new Map(),
  expected: new Map(),
  whole: new Map(),
  known: new Map(),
  deaf: new Set(),
  asked: new Map(),
})

/** Performs lines one after the other and tells what came of each. */
export const createScriptedTable = (): ((input: string) => string[]) => {
  const world = newWorld(0, 0)
  return (input) => [...performLine(world, input.split(' ')), `= ${printLeader(world.leader)}`]
}
