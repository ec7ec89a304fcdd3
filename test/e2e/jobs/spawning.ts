import type { Machine } from '../members/lan.ts'

export type Role = 'master' | 'worker' | 'master_and_worker'

export interface MemberHealth {
  readonly isMaster: boolean
  /** All that the grid holds is in as many members as it should be. */
  readonly isSafe: boolean
  readonly memberCount: number
}

export interface MemberProcess {
  readonly role: Role
  /** Which of the cluster's addresses it has; whoever takes its place has it too. */
  readonly place: number
  /** Undefined where all are on one computer. */
  readonly machine: Machine | undefined
  readonly pid: number
  readonly exited: Promise<unknown>
  log(): string
  kill(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void
  /** Calls what it serves; rejects with NoAnswer where another member may answer. */
  ask(method: string, values?: readonly unknown[], timeoutMs?: number): Promise<unknown>
  /** Undefined while it does not answer. */
  health(): Promise<MemberHealth | undefined>
}

/** Gone, standing still, or not the master: another member may answer, or later this one. */
export class NoAnswer extends Error {}

const PROGRAM = new URL('memberProcess.ts', import.meta.url).pathname
const PATIENCE_MS = 30_000
const HEALTH_MS = 500
/** Not the master, the master no more, or a job that is being started again. */
const NOT_NOW = new Set<string | undefined>(['JOB-001', 'JOB-011', 'JOB-009'])

const ask = async (
  socket: string,
  method: string,
  values: readonly unknown[],
  timeoutMs: number,
): Promise<unknown> => {
  const response = await fetch(`http://member/${method}`, {
    unix: socket,
    method: 'POST',
    body: JSON.stringify(values),
    signal: AbortSignal.timeout(timeoutMs),
  }).catch((thrown: unknown) => {
    throw new NoAnswer(String(thrown))
  })
  const answer = (await response.json().catch((thrown: unknown) => {
    throw new NoAnswer(String(thrown))
  })) as { value?: unknown; code?: string; message?: string }
  if (response.ok) return answer.value
  if (NOT_NOW.has(answer.code)) throw new NoAnswer(answer.message)
  throw new Error(answer.message)
}

export interface SpawnOptions {
  readonly role: Role
  readonly place: number
  readonly machine: Machine | undefined
  /** Where it is asked: a file, which also who is on another computer of the test can reach. */
  readonly socket: string
  readonly settings: readonly string[]
}

/** Starts a member as a process of its own; resolves when it is in a cluster. */
export const spawnMember = async (options: SpawnOptions): Promise<MemberProcess> => {
  const { role, place, machine, socket, settings } = options
  const command = [process.execPath, PROGRAM, role, socket, ...settings]
  const child = Bun.spawn([...(machine?.enter ?? []), ...command], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let log = ''
  void (async () => {
    const decoder = new TextDecoder()
    for await (const bytes of child.stderr) log += decoder.decode(bytes, { stream: true })
  })()
  const { value } = await child.stdout.getReader().read()
  if (value === undefined) throw new Error(`The member ended before it was ready: ${log}`)
  return {
    role,
    place,
    machine,
    pid: child.pid,
    exited: child.exited,
    log: () => log,
    kill: (signal) => child.kill(signal),
    ask: (method, values = [], timeoutMs = PATIENCE_MS) => ask(socket, method, values, timeoutMs),
    health: async () => {
      const answer = await ask(socket, 'health', [], HEALTH_MS).catch(() => undefined)
      return answer as MemberHealth | undefined
    },
  }
}
