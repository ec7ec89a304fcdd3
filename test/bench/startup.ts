import { freePorts } from '../servers/freePorts.ts'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PROJECT_ROOT } from '../e2e/tidegate.ts'
import type { Figure } from './main.ts'

const EXECUTABLE = join(PROJECT_ROOT, 'dist/tidegate')

const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  source: [process.execPath, join(PROJECT_ROOT, 'deploy/cli/main.ts')],
  executable: [EXECUTABLE],
}

const ROUNDS = 9
const FORMING_ROUNDS = 5
/** What a member does in its first seconds is over by then, and the collector has run. */
const IDLE_AFTER_MS = 10_000

interface Started extends AsyncDisposable {
  readonly pid: number
  /** Milliseconds from before the start of the process until it says that it is ready. */
  readonly readyMs: Promise<number>
  /** Milliseconds until the list of this member had `size` members. */
  sizeMs(size: number): Promise<number>
}

const MULTICAST_GROUP_PORT = 54_400

const sinceMs = (startNs: number): number => (Bun.nanoseconds() - startNs) / 1e6

/** Starts a member; how many it knows is read from its log: one line for everybody who joined. */
const startMember = (command: readonly string[], settings: readonly string[]): Started => {
  const startNs = Bun.nanoseconds()
  const words = settings.flatMap((setting) => ['-s', setting])
  const child = Bun.spawn([...command, 'member', ...words], {
    env: { ...process.env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const readyMs = (async () => {
    const { value } = await child.stdout.getReader().read()
    if (value === undefined) throw new Error('a member ended before it was ready')
    return sinceMs(startNs)
  })()
  readyMs.catch(() => {})
  return {
    pid: child.pid,
    readyMs,
    sizeMs: async (size) => {
      let text = ''
      const decoder = new TextDecoder()
      for await (const bytes of child.stderr) {
        text += decoder.decode(bytes, { stream: true })
        const listed = Number(/ ready: .*? one of (\d+) in /.exec(text)?.[1] ?? 0)
        if (listed + text.split(' joined: ').length - 1 >= size) return sinceMs(startNs)
      }
      throw new Error(`a member ended before it knew ${size} members:\n${text}`)
    },
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL')
      await child.exited
    },
  }
}

const ALONE = ['hazelcast.network.join.multicast.enabled=false']
const FREE = ['hazelcast.network.port.port=0', 'seatunnel.engine.http.port=0']

const residentBytes = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) * 1024

const rounded = (value: number): number => Math.round(value * 10) / 10

const figureOf = (name: string, times: readonly number[]): Figure => {
  const sorted = times.toSorted((left, right) => left - right)
  return {
    bench: 'startup',
    name,
    value: rounded(sorted[sorted.length >> 1]!),
    unit: 'ms',
    minimum: rounded(sorted[0]!),
    maximum: rounded(sorted.at(-1)!),
    rounds: sorted.length,
  }
}

const readyTimes = async (command: readonly string[]): Promise<number[]> => {
  const times: number[] = []
  for (let round = 0; round <= ROUNDS; round += 1) {
    await using member = startMember(command, [...ALONE, ...FREE])
    const readyMs = await member.readyMs
    if (round > 0) times.push(readyMs)
  }
  return times
}

const idleBytes = async (command: readonly string[]): Promise<number> => {
  await using member = startMember(command, [...ALONE, ...FREE])
  await member.readyMs
  await Bun.sleep(IDLE_AFTER_MS)
  return residentBytes(member.pid)
}

/** Until the last of three members that were started at once knows all three. */
const formingTimes = async (
  command: readonly string[],
  settingsOf: (ports: readonly number[], round: number) => readonly string[],
): Promise<number[]> => {
  const times: number[] = []
  for (let round = 0; round < FORMING_ROUNDS; round += 1) {
    const ports = freePorts(3)
    const members = ports.map((port) =>
      startMember(command, [
        ...settingsOf(ports, round),
        `hazelcast.network.port.port=${port}`,
        'seatunnel.engine.http.port=0',
      ]),
    )
    try {
      times.push(Math.max(...(await Promise.all(members.map((member) => member.sizeMs(3))))))
    } finally {
      for (const member of members) await member[Symbol.asyncDispose]()
    }
  }
  return times
}

const byList = (ports: readonly number[]): readonly string[] => [
  'hazelcast.network.join.tcp-ip.enabled=true',
  `hazelcast.network.join.tcp-ip.member-list=${ports.map((port) => `127.0.0.1:${port}`).join(',')}`,
]

/** Members on loopback shout on loopback: nothing leaves this machine. */
const byMulticast = (_: readonly number[], round: number): readonly string[] => [
  'hazelcast.network.join.multicast.enabled=true',
  `hazelcast.network.join.multicast.multicast-port=${MULTICAST_GROUP_PORT + round}`,
]

/** How long a member and a cluster of three take to be there, and what an idle member holds. */
export const run = async (emit: (figure: Figure) => void): Promise<void> => {
  for (const [name, command] of Object.entries(COMMANDS)) {
    if (name === 'executable' && !existsSync(EXECUTABLE)) {
      process.stderr.write('skipped: dist/tidegate is not built\n')
      continue
    }
    emit(figureOf(`member ready from ${name}`, await readyTimes(command)))
    emit(figureOf(`three by tcp-ip from ${name}`, await formingTimes(command, byList)))
    emit(figureOf(`three by multicast from ${name}`, await formingTimes(command, byMulticast)))
    const megabytes = (await idleBytes(command)) / 1e6
    emit({ bench: 'startup', name: `idle from ${name}`, value: rounded(megabytes), unit: 'MB' })
  }
}
