export type { ClockFaults } from './clock.ts'
export type { DiskControls, DiskFaults } from './disk.ts'
export type { Unsynced } from './diskNodes.ts'
export type { NetworkControls } from './faults.ts'
export type { Heal, LinkConditions } from './links.ts'
export type { Machine, Program } from './machine.ts'
export { createSeededRandom, type SeededRandom } from './random.ts'
export {
  simulate,
  simulateSeeds,
  type SimulationOptions,
  type SimulationResult,
} from './simulate.ts'
export type { SimWorld } from './world.ts'
