import type { JobService } from '../../../jobs/cluster/index.ts'

type Role = 'master' | 'worker' | 'master_and_worker'

export interface MemberProcess {
  readonly role: Role
  /** Where its service is called. */
  readonly port: number
  /** The one of the cluster; whoever takes its place has it too. */
  readonly memberPort: number
  readonly pid: number
  readonly log: () => string
  kill(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void
  isMaster(): Promise<boolean>
  /** All members are there, and every backup is where it should be. */
  isWhole(): Promise<boolean>
}

export interface ProcessCluster extends AsyncDisposable {
  readonly members: MemberProcess[]
  /** On the next port, or on that of a member that is gone. */
  start(role: Role, memberPort?: number): Promise<MemberProcess>
  activeMaster(): Promise<MemberProcess>
  /** Calls the service of the active master, again while there is none. */
  call<Method extends keyof JobService>(
    method: Method,
    ...values: Method extends 'ended' ? [string] : Parameters<JobService[Method]>
  ): Promise<Awaited<ReturnType<JobService[Method]>>>
}

const PROGRAM = new URL('memberProcess.ts', import.meta.url).pathname
const PATIENCE_MS = 30_000
/** For the end of a job, which is asked for again and again. */
const JOB_PATIENCE_MS = 600_000
const POLL_MS = 20

/** Gone, standing still, or not the master: another member may answer. */
class NoAnswer extends Error {}

const ask = async (member: MemberProcess, method: string, values: readonly unknown[]) => {
  const response = await fetch(`http://127.0.0.1:${member.port}/${method}`, {
    method: 'POST',
    body: JSON.stringify(values),
    signal: AbortSignal.timeout(PATIENCE_MS),
  }).catch((thrown: unknown) => {
    throw new NoAnswer(String(thrown))
  })
  const answer = (await response.json()) as { value?: unknown; code?: string; message?: string }
  if (response.ok) return answer.value
  if (answer.code === 'JOB-001' || answer.code === 'JOB-011') throw new NoAnswer(answer.message)
  throw new Error(answer.message)
}

/** False too where nobody answers. */
const question = async (port: number, name: 'isMaster' | 'isWhole'): Promise<boolean> => {
  const url = `http://127.0.0.1:${port}/${name}`
  const response = await fetch(url, { signal: AbortSignal.timeout(500) }).catch(() => null)
  return (await response?.json()) === true
}

/** Real processes on loopback ports that are free now. */
export const createProcessCluster = (settings: readonly string[] = []): ProcessCluster => {
  const members: MemberProcess[] = []
  const children: Bun.Subprocess[] = []
  const base = 20_000 + Math.floor(Math.random() * 20_000)
  const list = Array.from({ length: 3 }, (_, index) => `127.0.0.1:${base + index}`).join(',')

  let nextPort = base
  const start: ProcessCluster['start'] = async (role, memberPort) => {
    const port = memberPort ?? nextPort++
    const set = [
      `hazelcast.network.port.port=${port}`,
      'hazelcast.network.port.auto-increment=false',
      'hazelcast.network.join.tcp-ip.enabled=true',
      `hazelcast.network.join.tcp-ip.member-list=${list}`,
      'tidegate.masters=3',
      // Members that start while there is no master may found a cluster of their own first.
      'hazelcast.properties.hazelcast.merge.first.run.delay.seconds=2',
      'hazelcast.properties.hazelcast.merge.next.run.delay.seconds=2',
      ...settings,
    ]
    const child = Bun.spawn([process.execPath, PROGRAM, role, ...set], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    children.push(child)
    let log = ''
    void (async () => {
      const decoder = new TextDecoder()
      for await (const bytes of child.stderr) log += decoder.decode(bytes, { stream: true })
    })()
    const { value } = await child.stdout.getReader().read()
    if (value === undefined) throw new Error(`The member ended before it was ready: ${log}`)
    const { port: control } = JSON.parse(new TextDecoder().decode(value)) as { port: number }
    const member: MemberProcess = {
      role,
      port: control,
      memberPort: port,
      pid: child.pid,
      log: () => log,
      kill: (signal) => {
        child.kill(signal)
        if (signal === 'SIGKILL') members.splice(members.indexOf(member), 1)
      },
      isMaster: () => question(control, 'isMaster'),
      isWhole: () => question(control, 'isWhole'),
    }
    members.push(member)
    return member
  }

  const activeMaster: ProcessCluster['activeMaster'] = async () => {
    for (const deadline = performance.now() + PATIENCE_MS; performance.now() < deadline;) {
      for (const member of members) if (await member.isMaster()) return member
      await Bun.sleep(POLL_MS)
    }
    throw new Error('There is no active master')
  }

  return {
    members,
    start,
    activeMaster,
    call: async (method, ...values) => {
      const patienceMs = method === 'ended' ? JOB_PATIENCE_MS : PATIENCE_MS
      for (const deadline = performance.now() + patienceMs; ;) {
        try {
          return (await ask(await activeMaster(), method, values)) as never
        } catch (thrown) {
          if (!(thrown instanceof NoAnswer) || performance.now() > deadline) throw thrown
          await Bun.sleep(POLL_MS)
        }
      }
    },
    [Symbol.asyncDispose]: async () => {
      for (const child of children) child.kill('SIGKILL')
      await Promise.all(children.map((child) => child.exited))
    },
  }
}
