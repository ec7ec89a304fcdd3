import { expect } from 'bun:test'
import type { Member } from '../../../members/member/index.ts'
import type { SimWorld } from '../host/index.ts'
import { isWhole, liveMembers, type Node } from './cluster.ts'

const CHECK_MS = 20
/** A cluster that is whole for so long stays so. */
const STABLE_MS = 5000

/** What was seen so far. */
interface History {
  readonly epochs: Map<Member, number>
  /** Who led with a majority, by cluster and epoch. */
  readonly leaders: Map<string, string>
}

const twoLeaders = (safe: readonly Member[]): string | undefined => {
  const masters = safe.filter((member) => member.isActiveMaster())
  if (masters.length > 1) {
    const names = masters.map(({ self }) => self.address.host).join(' and ')
    return `${names} are both masters with a majority`
  }
  return undefined
}

/** Nobody acknowledges for one master while another one lives and leads a majority. */
const astray = (safe: readonly Member[], live: readonly Member[]): string | undefined => {
  const leader = safe.find((member) => member.isActiveMaster())
  if (leader === undefined) return undefined
  for (const member of safe) {
    const master = member.activeMaster()!
    const isAlive = live.some(({ self }) => self.processId === master.processId)
    if (master.id !== leader.self.id && isAlive) {
      return `${member.self.address.host} acknowledges for ${master.address.host}, not for the leader`
    }
  }
  return undefined
}

const fencing = (history: History, live: readonly Member[]): string | undefined => {
  for (const member of live) {
    const epoch = member.epoch()
    const before = history.epochs.get(member) ?? 0
    const name = member.self.address.host
    if (epoch !== 0 && epoch < before) return `the epoch of ${name} fell from ${before} to ${epoch}`
    history.epochs.set(member, Math.max(epoch, before))
    if (!member.isActiveMaster() || !member.isSafe()) continue
    const key = `${member.view()!.clusterId} ${epoch}`
    const leader = history.leaders.get(key) ?? member.self.id
    if (leader !== member.self.id) return `${name} leads in the epoch ${epoch} of another master`
    history.leaders.set(key, leader)
  }
  return undefined
}

/** What must hold at every moment, whatever happens. */
const check = (nodes: readonly Node[], history: History): string | undefined => {
  const live = liveMembers(nodes)
  const safe = live.filter((member) => member.isSafe())
  return twoLeaders(safe) ?? astray(safe, live) ?? fencing(history, live)
}

/** Checks all the time until the returned function is called. */
export const watch = (world: SimWorld, nodes: readonly Node[], hasQuorum: boolean) => {
  const history: History = { epochs: new Map(), leaders: new Map() }
  let isOver = false
  let problem: string | undefined
  const run = async (): Promise<void> => {
    while (!isOver && problem === undefined) {
      if (hasQuorum) problem = check(nodes, history)
      if (problem !== undefined) world.note(`VIOLATION: ${problem}`)
      await world.sleep(CHECK_MS)
    }
  }
  const running = run()
  return {
    problem: () => problem,
    stop: async () => {
      isOver = true
      await running
      expect(problem).toBeUndefined()
    },
  }
}

/** The cluster becomes whole, safe, and stays so. */
export const expectLiveness = async (
  world: SimWorld,
  nodes: readonly Node[],
  withinMs: number,
): Promise<void> => {
  const endMs = world.nowMs() + withinMs
  const isFine = (): boolean =>
    isWhole(nodes) && liveMembers(nodes).every((member) => member.isSafe())
  let fineSinceMs = Infinity
  while (world.nowMs() - fineSinceMs < STABLE_MS) {
    if (!isFine()) fineSinceMs = Infinity
    else if (fineSinceMs === Infinity) fineSinceMs = world.nowMs()
    if (fineSinceMs === Infinity && world.nowMs() > endMs) {
      const seen = nodes.map(({ machine, member }) => {
        const view = member?.view()
        const list = view?.members.map(({ address }) => address.host).join(' ') ?? 'nothing'
        return `${machine.name} ${member?.isSafe()} ${view?.epoch}.${view?.version} ${list}`
      })
      throw new Error(`not whole within ${withinMs} ms:\n${seen.join('\n')}`)
    }
    await world.sleep(50)
  }
}

/** After all members have gone nothing is held any more. */
export const expectNoLeaks = async (world: SimWorld, nodes: readonly Node[]): Promise<void> => {
  for (const { member } of nodes) await member?.leave()
  await world.sleep(10_000)
  for (const { machine } of nodes) expect(machine.leaks()).toEqual([])
}
