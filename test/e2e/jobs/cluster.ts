import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JobService } from '../../../jobs/cluster/index.ts'
import type { Machine } from '../members/lan.ts'
import { NoAnswer, spawnMember, type MemberProcess, type Role } from './spawning.ts'

export interface ProcessCluster extends AsyncDisposable {
  /** Those that were not killed. */
  readonly members: readonly MemberProcess[]
  /** What all members have logged, also those that were killed. */
  logs(): string
  /** At the next address, or at that of a member that is gone. */
  start(role: Role, place?: number): Promise<MemberProcess>
  kill(member: MemberProcess): void
  activeMaster(): Promise<MemberProcess>
  /** Resolves when all members are one cluster that can lose any one of them. */
  whole(): Promise<void>
  /** Calls the service of the active master, again while there is none. */
  call<Method extends keyof JobService>(
    method: Method,
    ...values: Method extends 'ended' ? [string] : Parameters<JobService[Method]>
  ): Promise<Awaited<ReturnType<JobService[Method]>>>
}

export interface ProcessClusterOptions {
  readonly settings?: readonly string[]
  /** A computer for each member, instead of this one for all. */
  readonly machines?: readonly Machine[] | undefined
}

interface Place {
  readonly host: string
  readonly port: number
  readonly machine: Machine | undefined
}

const PATIENCE_MS = 30_000
/** For the end of a job, which is asked for again and again. */
const JOB_PATIENCE_MS = 600_000
const POLL_MS = 20
const MEMBER_PORT = 5801
/** So many are listed for those who join. */
const LISTED = 3

/** Where members are: on computers of their own, or on loopback ports that are free now. */
const createPlaces = (machines: readonly Machine[] | undefined): ((index: number) => Place) => {
  const base = 20_000 + Math.floor(Math.random() * 10_000)
  return (index) => {
    const machine = machines?.[index]
    if (machine === undefined) return { host: '127.0.0.1', port: base + index, machine }
    return { host: machine.address, port: MEMBER_PORT, machine }
  }
}

const settingsOf = ({ port, machine }: Place, list: string): string[] => [
  `hazelcast.network.port.port=${port}`,
  'hazelcast.network.port.auto-increment=false',
  'hazelcast.network.join.tcp-ip.enabled=true',
  `hazelcast.network.join.tcp-ip.member-list=${list}`,
  ...(machine === undefined
    ? []
    : [
        'hazelcast.network.interfaces.enabled=true',
        'hazelcast.network.interfaces.interfaces=10.77.0.*',
        'tidegate.insecure=true',
      ]),
]

/** Real processes. */
export const createProcessCluster = (options: ProcessClusterOptions = {}): ProcessCluster => {
  const { settings = [], machines } = options
  const folder = mkdtemp(join(tmpdir(), 'tidegate-members-'))
  const members: MemberProcess[] = []
  const all: MemberProcess[] = []
  const placeAt = createPlaces(machines)
  const listed = Array.from({ length: LISTED }, (_, index) => placeAt(index))
  const list = listed.map(({ host, port }) => `${host}:${port}`).join(',')
  let placeCount = 0
  let socketCount = 0

  const start: ProcessCluster['start'] = async (role, place = placeCount++) => {
    const at = placeAt(place)
    const name = `member-${socketCount++}`
    const member = await spawnMember({
      role,
      place,
      machine: at.machine,
      socket: join(await folder, name),
      settings: [...settingsOf(at, list), ...settings],
    })
    members.push(member)
    all.push(member)
    return member
  }

  const activeMaster: ProcessCluster['activeMaster'] = async () => {
    for (const deadline = performance.now() + PATIENCE_MS; performance.now() < deadline;) {
      for (const member of members) if ((await member.health())?.isMaster === true) return member
      await Bun.sleep(POLL_MS)
    }
    throw new Error('There is no active master')
  }

  const isWhole = async (): Promise<boolean> => {
    const told = await Promise.all(members.map((member) => member.health()))
    return told.every((each) => each?.isSafe === true && each.memberCount === members.length)
  }

  return {
    members,
    logs: () =>
      all.map(({ role, pid, log }) => log().replaceAll(/^/gm, `${role} ${pid} `)).join('\n'),
    start,
    kill: (member) => {
      member.kill('SIGKILL')
      members.splice(members.indexOf(member), 1)
    },
    activeMaster,
    whole: async () => {
      for (const deadline = performance.now() + PATIENCE_MS; !(await isWhole());) {
        if (performance.now() > deadline) throw new Error('The members are not one safe cluster')
        await Bun.sleep(POLL_MS)
      }
    },
    call: async (method, ...values) => {
      const patienceMs = method === 'ended' ? JOB_PATIENCE_MS : PATIENCE_MS
      for (const deadline = performance.now() + patienceMs; ;) {
        try {
          return (await (await activeMaster()).ask(method, values)) as never
        } catch (thrown) {
          if (!(thrown instanceof NoAnswer) || performance.now() > deadline) throw thrown
          await Bun.sleep(POLL_MS)
        }
      }
    },
    [Symbol.asyncDispose]: async () => {
      for (const member of all) member.kill('SIGKILL')
      await Promise.all(all.map(({ exited }) => exited))
      await rm(await folder, { recursive: true })
    },
  }
}
