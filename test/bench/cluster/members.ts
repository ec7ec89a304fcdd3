import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PROJECT_ROOT } from '../../e2e/tidegate.ts'
import { freePort } from '../grid/servers.ts'

type Role = 'master' | 'worker' | 'master_and_worker'

/** A member as a user starts it. */
export interface BenchMember {
  readonly url: string
  readonly pid: number
  /** What it has logged so far. */
  readonly log: () => string
  /** As `kill -9`. */
  kill(): void
}

export interface BenchCluster extends AsyncDisposable {
  readonly members: readonly BenchMember[]
  activeMaster(): Promise<BenchMember>
}

interface Listed {
  readonly members: readonly { readonly isLocal: boolean; readonly isActiveMaster: boolean }[]
}

const PATIENCE_MS = 30_000
const POLL_MS = 10

/** Awaits what must come true; throws when it does not. */
export const until = async <Value>(
  what: string,
  look: () => Promise<Value | undefined>,
  patienceMs = PATIENCE_MS,
): Promise<Value> => {
  for (const deadline = performance.now() + patienceMs; performance.now() < deadline;) {
    const value = await look()
    if (value !== undefined) return value
    await Bun.sleep(POLL_MS)
  }
  throw new Error(`${what}: not within ${patienceMs} ms`)
}

const membersOf = async ({ url }: BenchMember): Promise<Listed['members']> => {
  const signal = AbortSignal.timeout(PATIENCE_MS)
  const response = await fetch(`${url}/cluster`, { signal }).catch(() => undefined)
  return ((await response?.json()) as Listed | undefined)?.members ?? []
}

/** The command line, as it runs from source. */
export const FROM_SOURCE = [process.execPath, join(PROJECT_ROOT, 'deploy/cli/main.ts')]
/** The command line, as `bun run build` makes it. */
export const EXECUTABLE = [join(PROJECT_ROOT, 'dist/tidegate')]

/** Members with default settings, joined by their list of loopback ports. */
export const startCluster = async (
  roles: readonly Role[],
  settings: readonly string[] = [],
  command: readonly string[] = FROM_SOURCE,
): Promise<BenchCluster> => {
  const folder = await mkdtemp(join(tmpdir(), 'tidegate-bench-'))
  const ports = await Promise.all(roles.map(freePort))
  const list = ports.map((port) => `127.0.0.1:${port}`).join(',')
  const children: Bun.Subprocess[] = []
  const dead = new Set<number>()

  const start = async (role: Role, index: number): Promise<BenchMember> => {
    const words = [
      'hazelcast.network.join.tcp-ip.enabled=true',
      `hazelcast.network.join.tcp-ip.member-list=${list}`,
      `hazelcast.network.port.port=${ports[index]!}`,
      'seatunnel.engine.http.port=0',
      ...settings,
    ].flatMap((setting) => ['-s', setting])
    const child = Bun.spawn([...command, 'member', '-r', role, ...words], {
      env: { ...process.env, NO_COLOR: '1', XDG_STATE_HOME: join(folder, `state-${index}`) },
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    children.push(child)
    let log = ''
    void (async () => {
      const decoder = new TextDecoder()
      for await (const bytes of child.stderr) log += decoder.decode(bytes, { stream: true })
    })()
    const out = child.stdout.getReader()
    const { value } = await out.read()
    const url = /http:[^\s,)]+/.exec(new TextDecoder().decode(value))?.[0]
    if (url === undefined) throw new Error(`The member ended before it was ready: ${log}`)
    // Lines of jobs: they must be taken, or the member waits for it.
    void (async () => {
      while (!(await out.read()).done);
    })()
    const kill = (): void => {
      child.kill('SIGKILL')
      dead.add(child.pid)
    }
    return { url, pid: child.pid, log: () => log, kill }
  }

  const members: BenchMember[] = []
  for (const [index, role] of roles.entries()) members.push(await start(role, index))
  await until('all members know each other', async () => {
    const lists = await Promise.all(members.map(membersOf))
    return lists.every(({ length }) => length === members.length) ? true : undefined
  })
  return {
    members,
    activeMaster: () =>
      until('an active master', async () => {
        for (const member of members) {
          if (dead.has(member.pid)) continue
          const listed = await membersOf(member)
          if (listed.some((each) => each.isLocal && each.isActiveMaster)) return member
        }
        return undefined
      }),
    [Symbol.asyncDispose]: async () => {
      for (const child of children) child.kill('SIGKILL')
      await Promise.all(children.map(({ exited }) => exited))
      await rm(folder, { recursive: true, force: true })
    },
  }
}
