import type { ProcessCluster } from './cluster.ts'
import type { MemberProcess } from './spawning.ts'

/** Something that goes wrong, and is over when it resolves; answers with its name. */
export type Fault = (cluster: ProcessCluster) => Promise<string>

export const pick = <T>(values: readonly T[]): T =>
  values[Math.floor(Math.random() * values.length)]!

const between = (lowMs: number, highMs: number): number => lowMs + Math.random() * (highMs - lowMs)

const workerOf = ({ members }: ProcessCluster): MemberProcess =>
  pick(members.filter(({ role }) => role === 'worker'))

/** Kills a member, and starts another one in its place as soon as a service manager may do it. */
const replace = async (cluster: ProcessCluster, member: MemberProcess): Promise<void> => {
  cluster.kill(member)
  await Bun.sleep(between(0, 500))
  await cluster.start(member.role, member.place)
}

const killWorker: Fault = async (cluster) => {
  await replace(cluster, workerOf(cluster))
  return 'worker'
}

const killMaster: Fault = async (cluster) => {
  await replace(cluster, await cluster.activeMaster())
  return 'master'
}

const killBoth: Fault = async (cluster) => {
  const master = await cluster.activeMaster()
  await Promise.all([replace(cluster, workerOf(cluster)), replace(cluster, master)])
  return 'both'
}

const pause: Fault = async (cluster) => {
  const member = pick(cluster.members)
  member.kill('SIGSTOP')
  await Bun.sleep(between(100, 3000))
  member.kill('SIGCONT')
  return `pause of a ${member.role}`
}

const cut: Fault = async (cluster) => {
  const member = pick(cluster.members)
  member.machine!.cut()
  await Bun.sleep(between(100, 6000))
  member.machine!.heal()
  return `cut of a ${member.role}`
}

/** Links can be cut only where members are on computers of their own. */
export const faultsOf = (cluster: ProcessCluster): readonly Fault[] => [
  killWorker,
  killMaster,
  killBoth,
  pause,
  ...(cluster.members.every(({ machine }) => machine !== undefined) ? [cut] : []),
]
