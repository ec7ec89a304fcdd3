import { expect } from 'bun:test'
import type { SimWorld } from '../host/index.ts'
import { isWhole, liveMembers, type Node } from './cluster.ts'

const CHECK_MS = 20
/** A cluster that is whole for so long stays so. */
const STABLE_MS = 5000

/** What must hold at every moment, whatever happens. */
const check = (nodes: readonly Node[], epochs: Map<object, number>): string | undefined => {
  const safe = liveMembers(nodes).filter((member) => member.isSafe())
  const masters = safe.filter((member) => member.isActiveMaster())
  if (masters.length > 1) {
    const names = masters.map(({ self }) => self.address.host).join(' and ')
    return `${names} are both masters with a majority`
  }
  for (const member of liveMembers(nodes)) {
    const epoch = member.epoch()
    const before = epochs.get(member) ?? 0
    if (epoch !== 0 && epoch < before) {
      return `the epoch of ${member.self.address.host} fell from ${before} to ${epoch}`
    }
    epochs.set(member, Math.max(epoch, before))
  }
  return undefined
}

/** Checks all the time until the returned function is called. */
export const watch = (world: SimWorld, nodes: readonly Node[], hasQuorum: boolean) => {
  const epochs = new Map<object, number>()
  let isOver = false
  let problem: string | undefined
  const run = async (): Promise<void> => {
    while (!isOver && problem === undefined) {
      if (hasQuorum) problem = check(nodes, epochs)
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
