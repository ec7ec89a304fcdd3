import { readFileSync } from 'node:fs'
import type { ClusterJson, MemberJson } from '../../../members/http/index.ts'
import { COMMAND } from '../tidegate.ts'
import type { Machine } from './lan.ts'

export const MEMBER_PORT = 5801

/** Settings by their keys, as `-s` takes them. */
export type Settings = Readonly<Record<string, string>>

export interface MemberOptions {
  readonly role?: 'master' | 'worker' | 'master_and_worker'
  readonly settings?: Settings
}

export interface RunningMember extends AsyncDisposable {
  readonly machine: Machine
  readonly pid: number
  /** Resolves when it is in a cluster; rejects with its log when it ends before. */
  readonly ready: Promise<void>
  readonly exited: Promise<number>
  log(): string
  signal(name: 'SIGTERM' | 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void
  /** What `tidegate members` says there; undefined when it does not answer. */
  cluster(): Promise<ClusterJson | undefined>
  residentBytes(): number
}

const settingsWords = (settings: Settings): string[] =>
  Object.entries(settings).flatMap(([key, value]) => ['-s', `${key}=${value}`])

/** What every member of these tests has: an address of its network, and no secret unless given. */
const common: Settings = {
  'hazelcast.network.interfaces.enabled': 'true',
  'hazelcast.network.interfaces.interfaces': '10.77.0.*',
  'hazelcast.network.port.port': String(MEMBER_PORT),
  'tidegate.insecure': 'true',
}

/** The members are listed by address. */
export const listed = (machines: readonly Machine[]): Settings => ({
  'hazelcast.network.join.tcp-ip.enabled': 'true',
  'hazelcast.network.join.tcp-ip.member-list': machines
    .map(({ address }) => `${address}:${MEMBER_PORT}`)
    .join(','),
})

export const multicast: Settings = { 'hazelcast.network.join.multicast.enabled': 'true' }

const RESIDENT = /^VmRSS:\s+(\d+) kB/m

/** Starts a member on a machine; it is killed when the test is over. */
export const startMember = (machine: Machine, options: MemberOptions = {}): RunningMember => {
  const { role = 'master_and_worker', settings = {} } = options
  const words = settingsWords({ ...common, ...settings })
  const child = Bun.spawn([...machine.enter, ...COMMAND, 'member', '--role', role, ...words], {
    env: { ...process.env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let log = ''
  const reading = (async () => {
    const decoder = new TextDecoder()
    for await (const bytes of child.stderr) log += decoder.decode(bytes, { stream: true })
  })()
  const ready = (async () => {
    const { value } = await child.stdout.getReader().read()
    if (value !== undefined) return
    await reading
    throw new Error(`the member ended before it was ready:\n${log}`)
  })()
  ready.catch(() => {})
  return {
    machine,
    pid: child.pid,
    ready,
    exited: child.exited,
    log: () => log,
    signal: (name) => child.kill(name),
    cluster: async () => {
      const asking = Bun.spawn([...machine.enter, ...COMMAND, 'members', '--format', 'json'], {
        stdio: ['ignore', 'pipe', 'ignore'],
      })
      const text = await new Response(asking.stdout).text()
      return (await asking.exited) === 0 ? (JSON.parse(text) as ClusterJson) : undefined
    },
    residentBytes: () => {
      const found = RESIDENT.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))
      return Number(found![1]) * 1024
    },
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL')
      await child.exited
    },
  }
}

/** The addresses of a list, in its order. */
export const addressesOf = (cluster: ClusterJson | undefined): readonly string[] =>
  cluster?.members.map(({ address }) => address) ?? []

export const masterOf = (cluster: ClusterJson | undefined): MemberJson | undefined =>
  cluster?.members.find(({ isActiveMaster }) => isActiveMaster)

/** True when all of them have one list with all of them and no others, and one active master. */
export const areOne = async (members: readonly RunningMember[]): Promise<boolean> => {
  const clusters = await Promise.all(members.map((member) => member.cluster()))
  const wanted = members.map(({ machine }) => `${machine.address}:${MEMBER_PORT}`).sort()
  return clusters.every(
    (cluster) =>
      cluster?.activeMaster !== null &&
      cluster?.activeMaster === clusters[0]?.activeMaster &&
      cluster?.membersVersion === clusters[0]?.membersVersion &&
      JSON.stringify(addressesOf(cluster).toSorted()) === JSON.stringify(wanted),
  )
}

const POLL_MS = 50

/** Waits until `holds`; answers with the milliseconds that it took. Fails after `timeoutMs`. */
export const until = async (
  what: string,
  timeoutMs: number,
  holds: () => boolean | Promise<boolean>,
): Promise<number> => {
  const startMs = performance.now()
  for (;;) {
    if (await holds()) return performance.now() - startMs
    if (performance.now() - startMs > timeoutMs)
      throw new Error(`not within ${timeoutMs} ms: ${what}`)
    await Bun.sleep(POLL_MS)
  }
}
