import type { SimWorld } from '../host/index.ts'
import { expectLiveness, expectNoLeaks, watch } from './checker.ts'
import { startCluster } from './cluster.ts'
import { disturb, drawMix, repair } from './faults.ts'

const SAFETY_MS = 25_000
const LIVENESS_MS = 90_000

/** A check that is switched off, to see that the simulation notices. */
export type PlantedBug = 'no quorum'

/** A cluster of one to nine under faults that the seed draws; then it has to become whole. */
export const swarm = async (world: SimWorld, bug?: PlantedBug): Promise<void> => {
  const { random } = world
  const count = 1 + random.integer(9)
  const masters = Math.max(1, random.pick([count, count, Math.ceil(count / 2), 3 % (count + 1)]))
  const quorum = masters >= 3 && random.chance(0.7)
  const isPhi = random.chance(0.3)
  const maxNoHeartbeatSeconds = random.pick([2, 6, 6, 12])
  const nodes = startCluster(world, {
    masters,
    workers: count - masters,
    quorum: quorum && bug !== 'no quorum',
    change: (settings) => ({
      ...settings,
      maxNoHeartbeatSeconds,
      failureDetectorType: isPhi ? 'phi-accrual' : 'deadline',
    }),
  })
  world.note(
    `${masters} masters of ${count}, quorum ${quorum}, phi ${isPhi}, ${maxNoHeartbeatSeconds} s`,
  )
  const watching = watch(world, nodes, quorum)
  await world.sleep(random.pick([0, 500, 5000]))
  await disturb(world, nodes, drawMix(world), SAFETY_MS)
  repair(world, nodes)
  await expectLiveness(world, nodes, LIVENESS_MS)
  await watching.stop()
  await expectNoLeaks(world, nodes)
}
