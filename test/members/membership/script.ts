import {
  createMembership,
  isSafe,
  type MembershipEffect,
  type MembershipEvent,
  type MembershipMessage,
  type MembershipSettings,
  type MembershipState,
  nextWakeMs,
  step,
} from '../../../members/membership/index.ts'

/** Members a, b, c … with one-letter addresses, whose messages a script delivers or drops. */
export interface ScriptedCluster {
  /** Performs one line and tells what came of it. */
  perform(input: string): string[]
}

export const SCRIPT_SETTINGS: MembershipSettings = {
  clusterName: 'dev',
  partitionCount: 271,
  protocol: { oldest: 1, newest: 1 },
  heartbeatIntervalMs: 1000,
  maxNoHeartbeatMs: 10_000,
  detector: { type: 'deadline' },
  claimTimeoutMs: 120_000,
  partialDisconnectionHeartbeats: 3,
  mergeFirstRunDelayMs: 300_000,
  mergeNextRunDelayMs: 120_000,
  foundAfterMs: 0,
  connectTimeoutMs: 5000,
  trustedInterfaces: [],
  quorum: false,
  configuredMasters: 0,
}

interface Flying {
  readonly from: string
  readonly to: string
  readonly message: MembershipMessage
}

interface World {
  nowMs: number
  readonly settings: Map<string, MembershipSettings>
  readonly states: Map<string, MembershipState>
  readonly flying: Flying[]
  /** Pairs `ab` whose messages from a to b are lost. */
  readonly cut: Set<string>
  lives: number
}

const addressOf = (name: string) => ({ host: name, port: 1 })

/** Ids are a letter and how often the member began: `a1`, `a2`. */
const printView = ({ view, phase }: MembershipState): string =>
  view === undefined
    ? phase
    : `${view.epoch}.${view.version} ${view.masterId} leads ${view.members.map(({ id }) => id).join(' ')}`

const printMessage = ({ from, to, message }: Flying): string => {
  const told =
    message.kind === 'here'
      ? message.cluster === undefined
        ? message.yields
          ? ' yields'
          : ' waits'
        : ` ${message.cluster.masterId} leads`
      : message.kind === 'view'
        ? ` ${message.view.epoch}.${message.view.version} ${message.view.members.map(({ id }) => id).join(' ')}`
        : message.kind === 'claim' || message.kind === 'confirm' || message.kind === 'object'
          ? ` epoch ${message.epoch}`
          : message.kind === 'refuse'
            ? ` because ${message.reason}`
            : ''
  return `  ${from}>${to} ${message.kind}${told}`
}

const printEffect = (name: string, effect: MembershipEffect): string | undefined => {
  switch (effect.kind) {
    case 'send':
      return undefined
    case 'probe':
      return `  ${name} probes ${effect.address.host}`
    case 'changed':
      return `  ${name} follows ${effect.view.masterId}: ${effect.view.members.map(({ id }) => id).join(' ')}${effect.mergedFrom === undefined ? '' : ', merged'}`
    case 'merging':
      return `  ${name} merges into ${effect.into.masterId}`
    case 'reset':
    case 'refused':
      return `  ${name} ${effect.kind}: ${effect.reason}`
    default:
      return effect satisfies never
  }
}

const dispatch = (world: World, name: string, event: MembershipEvent): string[] => {
  const state = world.states.get(name)
  if (state === undefined) return []
  const taken = step(state, event)
  world.states.set(name, taken.state)
  const lines: string[] = []
  for (const effect of taken.effects) {
    if (effect.kind === 'send') {
      const flying = { from: name, to: effect.to.host, message: effect.message }
      world.flying.push(flying)
    }
    const line = printEffect(name, effect)
    if (line !== undefined) lines.push(line)
    if (effect.kind === 'reset') lines.push(...begin(world, name))
  }
  return lines
}

const begin = (world: World, name: string): string[] => {
  world.lives += 1
  const self = { ...world.states.get(name)!.self, id: `${name}${world.lives}` }
  return dispatch(world, name, { kind: 'start', nowMs: world.nowMs, self })
}

/** Delivers what flies, in order, until nothing flies; heartbeats are not printed. */
const deliver = (world: World): string[] => {
  const lines: string[] = []
  for (let next = world.flying.shift(); next !== undefined; next = world.flying.shift()) {
    const { from, to, message } = next
    const isLost = world.cut.has(from + to) || !world.states.has(to)
    if (message.kind !== 'heartbeat') lines.push(printMessage(next) + (isLost ? ' (lost)' : ''))
    if (isLost) continue
    const event = { kind: 'received', nowMs: world.nowMs, from: addressOf(from), message } as const
    lines.push(...dispatch(world, to, event))
  }
  return lines
}

/** Lets time pass for all, tick by tick. */
const pass = (world: World, untilMs: number): string[] => {
  const lines: string[] = []
  for (;;) {
    const next = Math.min(...[...world.states.values()].map(nextWakeMs))
    if (next > untilMs) break
    world.nowMs = Math.max(world.nowMs, next)
    for (const [name, state] of world.states) {
      if (nextWakeMs(state) > world.nowMs) continue
      lines.push(...dispatch(world, name, { kind: 'time', nowMs: world.nowMs }))
    }
    lines.push(...deliver(world).map((line) => `${line} @${world.nowMs}`))
  }
  world.nowMs = untilMs
  return lines
}

const boot = (world: World, name: string, role: string, peers: string): string[] => {
  const settings = world.settings.get(name) ?? world.settings.get('*')!
  world.lives += 1
  const self = {
    id: `${name}${world.lives}`,
    processId: `p${world.lives}`,
    address: addressOf(name),
    role: role as 'master' | 'worker',
    version: '1',
  }
  world.states.set(name, createMembership(settings, self, world.nowMs))
  const addresses = peers.split('').map(addressOf)
  return [
    ...dispatch(world, name, { kind: 'discovered', nowMs: world.nowMs, addresses }),
    ...dispatch(world, name, { kind: 'start', nowMs: world.nowMs, self }),
  ]
}

const probed = (world: World, name: string, address: string): string[] => {
  const process = world.states.get(address)?.self.processId
  const found =
    process === undefined
      ? ({ kind: 'refused' } as const)
      : ({ kind: 'process', processId: process } as const)
  const { nowMs } = world
  const asked = { address: addressOf(address), askedAtMs: nowMs }
  return dispatch(world, name, { kind: 'probed', nowMs, ...asked, found })
}

const perform = (world: World, words: readonly string[]): string[] => {
  const [verb, name = '', ...rest] = words
  switch (verb) {
    case 'set': {
      const [key, value] = rest
      const settings = world.settings.get(name) ?? world.settings.get('*')!
      world.settings.set(name, { ...settings, [key!]: JSON.parse(value!) })
      return []
    }
    case 'boot':
      return boot(world, name, rest[0]!, rest[1] ?? '')
    case 'die':
      world.states.delete(name)
      return []
    case 'leave':
      return dispatch(world, name, { kind: 'leave', nowMs: world.nowMs })
    case 'probed':
      return probed(world, name, rest[0]!)
    case 'cut':
      for (const pair of [name, ...rest]) world.cut.add(pair)
      return []
    case 'heal':
      world.cut.clear()
      return []
    case 'pass':
      return pass(world, world.nowMs + Number(name))
    case 'deliver':
      return deliver(world)
    default:
      throw new Error(`Unknown verb ${verb}`)
  }
}

const printStates = (world: World): string[] =>
  [...world.states].map(
    ([name, state]) => `= ${name} ${printView(state)}${isSafe(state, world.nowMs) ? ' safe' : ''}`,
  )

export const createScriptedCluster = (): ScriptedCluster => {
  const world: World = {
    nowMs: 0,
    settings: new Map([['*', SCRIPT_SETTINGS]]),
    states: new Map(),
    flying: [],
    cut: new Set(),
    lives: 0,
  }
  return {
    perform: (input) => [...perform(world, input.split(' ')), ...printStates(world)],
  }
}
