import { describe, expect, test } from 'bun:test'
import { simulate } from '../host/index.ts'
import { watch } from './checker.ts'
import { isWhole, liveMembers, type Node, startCluster } from './cluster.ts'

const safeMasters = (nodes: readonly Node[]): string[] =>
  liveMembers(nodes)
    .filter((member) => member.isActiveMaster() && member.isSafe())
    .map(({ self }) => self.address.host)

const allSafe = (nodes: readonly Node[]): boolean =>
  isWhole(nodes) && liveMembers(nodes).every((member) => member.isSafe())

describe('with split-brain protection', () => {
  test('the smaller side of a cut stops before the larger goes on, and joins it again', () =>
    simulate(1, async (world) => {
      const nodes = startCluster(world, { masters: 5, workers: 1, quorum: true })
      await world.until('safe', () => allSafe(nodes), 5000)
      const watching = watch(world, nodes, true)
      expect(nodes[0]!.member!.isActiveMaster()).toBe(true)
      const machines = nodes.map(({ machine }) => machine)
      const heal = world.network.partition(machines.slice(0, 2), machines.slice(2))
      await world.sleep(3700)
      expect(liveMembers(nodes).filter((member) => member.isSafe())).toEqual([])
      await world.sleep(5000)
      const leaders = safeMasters(nodes)
      expect(leaders).toHaveLength(1)
      expect(nodes.map(({ member }) => member!.isSafe())).toEqual([
        false,
        false,
        true,
        true,
        true,
        true,
      ])
      heal()
      await world.until('whole and safe', () => allSafe(nodes), 20_000)
      expect(safeMasters(nodes)).toEqual(leaders)
      await watching.stop()
    }))

  test('a master that starts again does not vote against what its earlier life promised', () =>
    simulate(2, async (world) => {
      const nodes = startCluster(world, { masters: 3, quorum: true })
      const [a, b, c] = nodes.map(({ machine }) => machine)
      await world.until('safe', () => allSafe(nodes), 5000)
      const watching = watch(world, nodes, true)
      world.network.isolate(c!)
      await world.until('c is out', () => nodes[0]!.member!.members().length === 2, 20_000)
      expect(nodes[0]!.member!.isSafe()).toBe(true)
      // b has just voted for a, which cannot know that b is gone.
      world.network.heal()
      world.network.partition([a!], [b!, c!])
      b!.kill()
      await world.until('c leads', () => nodes[2]!.member!.isActiveMaster(), 1000)
      b!.restart()
      await world.until(
        'b joins c',
        () => nodes[1]!.member?.activeMaster()?.id === nodes[2]!.member!.self.id,
        3000,
      )
      expect(nodes[0]!.member!.isSafe()).toBe(true)
      expect(nodes[2]!.member!.isSafe()).toBe(false)
      await world.until('c leads the majority', () => nodes[2]!.member!.isSafe(), 5000)
      expect(nodes[0]!.member!.isSafe()).toBe(false)
      await watching.stop()
    }))

  test('a master that hears nobody, though all hear it, is replaced and sends nobody away', () =>
    simulate(6, async (world) => {
      const nodes = startCluster(world, { masters: 3, workers: 1, quorum: true })
      await world.until('safe', () => allSafe(nodes), 5000)
      const watching = watch(world, nodes, true)
      const ids = nodes
        .slice(1)
        .map(({ member }) => member!.self.id)
        .sort()
      const [deaf, ...others] = nodes.map(({ machine }) => machine)
      const heal = world.network.block(others, [deaf!])
      await world.until('b leads', () => nodes[1]!.member!.isActiveMaster(), 15_000)
      await world.until('b is safe', () => nodes[1]!.member!.isSafe(), 5000)
      await world.sleep(15_000)
      expect(
        nodes[1]!
          .member!.members()
          .map(({ id }) => id)
          .sort(),
      ).toEqual(ids)
      heal()
      await world.until('whole and safe', () => allSafe(nodes), 20_000)
      expect(
        nodes
          .slice(1)
          .map(({ member }) => member!.self.id)
          .sort(),
      ).toEqual(ids)
      await watching.stop()
    }))

  test('members that were all cut off from each other are the same ones afterwards', () =>
    simulate(7, async (world) => {
      const resets: string[] = []
      const nodes = startCluster(world, {
        masters: 5,
        quorum: true,
        onEvent: ({ machine }, { kind }) => {
          if (kind === 'reset') resets.push(machine.name)
        },
      })
      await world.until('safe', () => allSafe(nodes), 5000)
      const watching = watch(world, nodes, true)
      resets.length = 0
      const heals = nodes.map(({ machine }) => world.network.isolate(machine))
      await world.sleep(60_000)
      expect(safeMasters(nodes)).toEqual([])
      // Not all come back at once: the first three are a majority.
      for (const heal of heals) {
        heal()
        await world.sleep(500)
      }
      await world.until('whole and safe', () => allSafe(nodes), 20_000)
      expect(resets).toEqual([])
      await watching.stop()
    }))

  test('one of three masters alone never acknowledges, two do', () =>
    simulate(3, async (world) => {
      const nodes = startCluster(world, { masters: 3, quorum: true })
      nodes[1]!.machine.kill()
      nodes[2]!.machine.kill()
      await world.sleep(20_000)
      expect(nodes[0]!.member!.isActiveMaster()).toBe(true)
      expect(nodes[0]!.member!.isSafe()).toBe(false)
      nodes[1]!.machine.restart()
      await world.until('both safe', () => allSafe(nodes), 10_000)
    }))

  test('of those that are configured any one may go as soon as all are there again', () =>
    simulate(9, async (world) => {
      const nodes = startCluster(world, { masters: 3, quorum: true })
      const [a, , c] = nodes
      await world.until('safe', () => allSafe(nodes), 5000)
      await world.sleep(2000)
      await c!.member!.leave()
      c!.machine.kill()
      await world.until('c is out', () => a!.member!.members().length === 2, 5000)
      await world.sleep(2000)
      c!.machine.restart()
      await world.until('c is in', () => a!.member!.members().length === 3, 5000)
      await world.until('c knows', () => c!.member?.members().length === 3, 5000)
      await a!.member!.leave()
      a!.machine.kill()
      await world.until(
        'the others go on',
        () => liveMembers(nodes).every((each) => each.isSafe()),
        10_000,
      )
      expect(safeMasters(nodes)).toHaveLength(1)
    }))

  test('members leave in good order down to the majority', () =>
    simulate(4, async (world) => {
      const nodes = startCluster(world, { masters: 3, quorum: true })
      await world.until('safe', () => allSafe(nodes), 5000)
      await nodes[0]!.member!.leave()
      nodes[0]!.machine.kill()
      await world.until('safe without a', () => allSafe(nodes), 2000)
    }))
})

describe('without split-brain protection', () => {
  test('both sides go on; healed, the smaller merges into the larger, and says so', () =>
    simulate(5, async (world) => {
      const told: string[] = []
      const nodes = startCluster(world, {
        masters: 3,
        onEvent: (node, event) => {
          if (event.kind === 'merging') told.push(`${node.machine.name} merging`)
          if (event.kind === 'changed' && event.mergedFrom !== undefined) {
            told.push(`${node.machine.name} merged`)
          }
        },
      })
      await world.until('whole', () => isWhole(nodes), 2000)
      const heal = world.network.isolate(nodes[0]!.machine)
      await world.sleep(15_000)
      expect(nodes.map(({ member }) => member!.members().length)).toEqual([1, 2, 2])
      expect(nodes.every(({ member }) => member!.isSafe())).toBe(true)
      heal()
      await world.until('one cluster', () => isWhole(nodes), 15_000)
      expect(told).toEqual(['m0 merging', 'm0 merged'])
    }))
})
