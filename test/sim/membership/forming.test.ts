import { describe, expect, test } from 'bun:test'
import { simulate } from '../host/index.ts'
import { isWhole, liveMembers, startCluster } from './cluster.ts'

describe('a cluster', () => {
  test('of one forms at once', () =>
    simulate(1, async (world) => {
      const nodes = startCluster(world, { masters: 1 })
      await world.until('formed', () => isWhole(nodes), 50)
      expect(nodes[0]!.member!.isActiveMaster()).toBe(true)
    }))

  test('of three masters and two workers forms within a second', () =>
    simulate(2, async (world) => {
      const nodes = startCluster(world, { masters: 3, workers: 2, quorum: true })
      await world.until('formed', () => isWhole(nodes), 1000)
      expect(liveMembers(nodes).filter((member) => member.isActiveMaster())).toHaveLength(1)
      await world.until('safe', () => liveMembers(nodes).every((member) => member.isSafe()), 5000)
    }))

  test('replaces a killed master and takes it in again', () =>
    simulate(3, async (world) => {
      const nodes = startCluster(world, { masters: 3, workers: 1, quorum: true })
      await world.until('formed', () => isWhole(nodes), 1000)
      await world.until('safe', () => liveMembers(nodes).every((member) => member.isSafe()), 5000)
      const master = nodes.find(({ member }) => member!.isActiveMaster())!
      const epoch = master.member!.epoch()
      master.machine.kill()
      await world.until('replaced', () => isWhole(nodes), 1000)
      expect(liveMembers(nodes).every((member) => member.epoch() > epoch)).toBe(true)
      await world.until('safe', () => liveMembers(nodes).every((member) => member.isSafe()), 5000)
      master.machine.restart()
      await world.until('whole again', () => isWhole(nodes), 1000)
    }))
})
