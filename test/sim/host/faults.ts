import type { Heal, LinkConditions, Links } from './links.ts'
import type { Machine } from './machine.ts'
import { streamsOf } from './network.ts'
import type { Process } from './process.ts'
import type { SeededRandom } from './random.ts'

/** What a scenario does to the network between machines. */
export interface NetworkControls {
  /** Changes all links that have no conditions of their own. */
  setDefaults(change: Partial<LinkConditions>): void
  /** Lets `resolve` answer a name with the addresses of several machines. */
  setName(name: string, machines: readonly Machine[]): void
  /** Changes the links from each of `from` to each of `to`, one way. */
  setLinks(from: readonly Machine[], to: readonly Machine[], change: Partial<LinkConditions>): void
  /** Nothing from `from` reaches `to`; the other way stays open. Connections stall, none breaks. */
  block(from: readonly Machine[], to: readonly Machine[]): Heal
  /** Neither side reaches the other. */
  partition(left: readonly Machine[], right: readonly Machine[]): Heal
  /** Cuts a machine off from all others. */
  isolate(machine: Machine): Heal
  /** Ends all blocks. */
  heal(): void
  /** Breaks every connection between the two; returns how many there were. */
  resetConnections(left: Machine, right: Machine): number
  /**
   * Clogs machines of a random subset one after the other, then frees them in another order
   * (the "swizzle" of FoundationDB's simulation). Resolves after `durationMs` with all free.
   */
  swizzleClog(durationMs: number): Promise<void>
}

export interface FaultWorld {
  readonly links: Links
  readonly random: SeededRandom
  readonly machines: () => readonly Machine[]
  readonly indexOf: (machine: Machine) => number
  readonly processesOf: (machine: Machine) => readonly Process[]
  readonly sleep: (delayMs: number) => Promise<void>
  readonly note: (text: string) => void
  readonly setName: (name: string, addresses: readonly string[]) => void
}

const names = (machines: readonly Machine[]): string =>
  machines.map((machine) => machine.name).join(',')

const swizzleClog = async (
  { random, sleep, machines }: FaultWorld,
  isolate: NetworkControls['isolate'],
  durationMs: number,
): Promise<void> => {
  const chosen = random.shuffled(machines()).slice(0, 1 + random.integer(machines().length))
  const times = Array.from(chosen, () => random.next() / 2).sort((left, right) => left - right)
  const heals: Heal[] = []
  let elapsed = 0
  for (const [at, machine] of chosen.entries()) {
    await sleep((times[at]! - elapsed) * durationMs)
    elapsed = times[at]!
    heals.push(isolate(machine))
  }
  const ends = Array.from(chosen, () => 0.5 + random.next() / 2).sort((left, right) => left - right)
  for (const [at, heal] of random.shuffled(heals).entries()) {
    await sleep((ends[at]! - elapsed) * durationMs)
    elapsed = ends[at]!
    heal()
  }
  await sleep((1 - elapsed) * durationMs)
}

export const createNetworkControls = (world: FaultWorld): NetworkControls => {
  const { links, indexOf, note } = world
  const each = (
    from: readonly Machine[],
    to: readonly Machine[],
    act: (from: number, to: number) => void,
  ): void => {
    for (const left of from) {
      for (const right of to) if (left !== right) act(indexOf(left), indexOf(right))
    }
  }
  const blockAll = (ways: readonly (readonly [readonly Machine[], readonly Machine[]])[]): Heal => {
    const heals: Heal[] = []
    for (const [from, to] of ways) {
      note(`network: ${names(from)} -> ${names(to)} blocked`)
      each(from, to, (left, right) => heals.push(links.block(left, right)))
    }
    return () => {
      for (const [from, to] of ways) note(`network: ${names(from)} -> ${names(to)} free`)
      for (const heal of heals) heal()
    }
  }
  const partition: NetworkControls['partition'] = (left, right) =>
    blockAll([
      [left, right],
      [right, left],
    ])
  const isolate: NetworkControls['isolate'] = (machine) =>
    partition(
      [machine],
      world.machines().filter((other) => other !== machine),
    )
  return {
    setDefaults: (change) => links.setDefaults(change),
    setName: (name, machines) =>
      world.setName(
        name,
        machines.map(({ address }) => address),
      ),
    setLinks: (from, to, change) => each(from, to, (left, right) => links.set(left, right, change)),
    block: (from, to) => blockAll([[from, to]]),
    partition,
    isolate,
    heal: () => {
      note('network: all blocks end')
      links.healAll()
    },
    resetConnections: (left, right) => {
      const others = world.processesOf(right)
      const streams = world
        .processesOf(left)
        .flatMap(streamsOf)
        .filter((stream) => others.includes(stream.remoteProcess))
      note(`network: ${streams.length} connections of ${left.name} and ${right.name} reset`)
      for (const stream of streams) stream.reset()
      return streams.length
    },
    swizzleClog: (durationMs) => swizzleClog(world, isolate, durationMs),
  }
}
