import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PROJECT_ROOT } from '../../e2e/tidegate.ts'
import type { ClientFigures } from './clients.ts'
import type { LoadResult } from './load.ts'
import type { LoaderOptions } from './loader.ts'

/** A server as a process of its own, on one core unless told otherwise. */
export interface Server extends AsyncDisposable {
  readonly port: number
  readonly pid: number
}

export const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })

export const residentBytes = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) * 1024

/** Of the kernel: the unit of times in /proc. */
const TICKS_PER_SECOND = 100
const USER_TICKS_AT = 11
const SYSTEM_TICKS_AT = 12

/** What a process has used of its cores so far. */
export const cpuSeconds = (pid: number): number => {
  // The name of the process, in brackets, may hold anything.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ')
  return (Number(fields[USER_TICKS_AT]) + Number(fields[SYSTEM_TICKS_AT])) / TICKS_PER_SECOND
}

/** On the cores of that list, such as `0` or `0,1`. */
const pinned = (cores: string, words: readonly string[]): string[] => [
  'taskset',
  '--cpu-list',
  cores,
  ...words,
]

const ended = async (child: Bun.Subprocess): Promise<void> => {
  child.kill('SIGKILL')
  await child.exited
}

/** The path of redis-server; undefined where it is not installed. */
export const redisPath = (): string | null => Bun.which('redis-server')

/** Redis as Debian has it, without writing to disk. */
export const startRedis = async (path: string, cores: string): Promise<Server> => {
  const port = await freePort()
  const words = [path, '--port', String(port), '--save', '', '--appendonly', 'no']
  const child = Bun.spawn(pinned(cores, words), { stdio: ['ignore', 'pipe', 'inherit'] })
  const decoder = new TextDecoder()
  let text = ''
  for await (const bytes of child.stdout) {
    text += decoder.decode(bytes, { stream: true })
    if (text.includes('Ready to accept connections')) break
  }
  return { port, pid: child.pid, [Symbol.asyncDispose]: () => ended(child) }
}

export interface MemberOptions {
  readonly cores: string
  readonly clusterName: string
  readonly backupCount: number
  /** The port of a member to join. */
  readonly join?: number
}

/** A member as a user starts it, from source. */
export const startMember = async (options: MemberOptions): Promise<Server> => {
  const port = await freePort()
  const folder = await mkdtemp(join(tmpdir(), 'tidegate-bench-'))
  const settings = [
    `hazelcast.cluster-name=${options.clusterName}`,
    'hazelcast.network.join.multicast.enabled=false',
    `hazelcast.network.port.port=${port}`,
    'seatunnel.engine.http.port=0',
    `hazelcast.map.default.backup-count=${options.backupCount}`,
  ]
  if (options.join !== undefined) {
    settings.push(
      'hazelcast.network.join.tcp-ip.enabled=true',
      `hazelcast.network.join.tcp-ip.member-list=127.0.0.1:${options.join}`,
    )
  }
  const command = [process.execPath, join(PROJECT_ROOT, 'deploy/cli/main.ts'), 'member']
  const words = [...command, ...settings.flatMap((setting) => ['-s', setting])]
  const child = Bun.spawn(pinned(options.cores, words), {
    env: { ...process.env, NO_COLOR: '1', XDG_STATE_HOME: folder },
    cwd: folder,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const { value } = await child.stdout.getReader().read()
  if (value === undefined) throw new Error('A member ended before it was ready')
  return {
    port,
    pid: child.pid,
    [Symbol.asyncDispose]: async () => {
      await ended(child)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Runs a script of this folder on the cores of that list; answers what it prints. */
const runScript = async (
  cores: string,
  script: string,
  ...words: readonly string[]
): Promise<unknown> => {
  const command = pinned(cores, [process.execPath, join(import.meta.dir, script), ...words])
  const child = Bun.spawn(command, { stdio: ['ignore', 'pipe', 'inherit'] })
  const text = await new Response(child.stdout).text()
  if ((await child.exited) !== 0) throw new Error(`${script} ended with ${child.exitCode}`)
  return JSON.parse(text)
}

export const load = async (cores: string, options: LoaderOptions): Promise<LoadResult> =>
  (await runScript(cores, 'loader.ts', JSON.stringify(options))) as LoadResult

export const clients = async (
  cores: string,
  { port }: Server,
  clusterName: string,
): Promise<ClientFigures> =>
  (await runScript(cores, 'clients.ts', String(port), clusterName)) as ClientFigures
