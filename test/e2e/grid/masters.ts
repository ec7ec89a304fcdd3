import { freePorts } from '../../servers/freePorts.ts'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { COMMAND } from '../tidegate.ts'

/** A master as a process of its own, always at the same address. */
export interface Master {
  readonly address: string
  /** Starts it and waits until it is in the cluster. */
  start(): Promise<void>
  readonly isRunning: boolean
  /** As `kill -9`. */
  kill(): Promise<void>
  /** As `kill`: it hands over, leaves and ends; the exit code. */
  stop(): Promise<number>
  /** What it wrote since its last start. */
  log(): string
  /** The URL of its HTTP port, once it runs. */
  url(): string
}

export interface Masters extends AsyncDisposable {
  readonly cluster: string
  readonly masters: readonly Master[]
  readonly addresses: readonly string[]
  readonly folder: string
}

export interface MastersOptions {
  /** Further settings, as `-s` takes them. */
  readonly settings?: Readonly<Record<string, string>>
  readonly count?: number
}

const READY = /ready: .*(http:\S+)/

const createMaster = (address: string, folder: string, words: readonly string[]): Master => {
  let child: Bun.Subprocess<'ignore', 'pipe', 'pipe'> | undefined
  let log = ''
  let url = ''
  const gather = async (stream: ReadableStream<Uint8Array>): Promise<void> => {
    const decoder = new TextDecoder()
    for await (const bytes of stream) log += decoder.decode(bytes, { stream: true })
  }
  const ended = async (signal: 'SIGKILL' | 'SIGTERM'): Promise<number> => {
    const ending = child!
    ending.kill(signal)
    const code = await ending.exited
    child = undefined
    return code
  }
  return {
    address,
    get isRunning() {
      return child !== undefined
    },
    start: async () => {
      log = ''
      const started = Bun.spawn([...COMMAND, 'member', '--role', 'master', ...words], {
        cwd: folder,
        env: { ...process.env, NO_COLOR: '1' },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      child = started
      void gather(started.stderr)
      const { value } = await started.stdout.getReader().read()
      const line = value === undefined ? '' : new TextDecoder().decode(value)
      const told = READY.exec(line)?.[1]
      if (told === undefined) throw new Error(`${address} did not get ready:\n${log}`)
      url = told
    },
    kill: async () => void (await ended('SIGKILL')),
    stop: () => ended('SIGTERM'),
    log: () => log,
    url: () => url,
  }
}

/** Masters on this machine, started one after the other, in a cluster of their own. */
export const startMasters = async (options: MastersOptions = {}): Promise<Masters> => {
  const { count = 3, settings = {} } = options
  const folder = await mkdtemp(join(tmpdir(), 'tidegate-grid-'))
  const ports = freePorts(count)
  const addresses = ports.map((port) => `127.0.0.1:${port}`)
  const cluster = `grid-${ports[0]}`
  const common: Record<string, string> = {
    'hazelcast.cluster-name': cluster,
    'hazelcast.network.port.auto-increment': 'false',
    'hazelcast.network.join.tcp-ip.enabled': 'true',
    'hazelcast.network.join.tcp-ip.member-list': addresses.join(','),
    'hazelcast.network.rest-api.endpoint-groups.DATA.enabled': 'true',
    'seatunnel.engine.http.port': '0',
    'tidegate.masters': String(count),
    ...settings,
  }
  const masters = ports.map((port, at) => {
    const own = { ...common, 'hazelcast.network.port.port': String(port) }
    const words = Object.entries(own).flatMap(([key, value]) => ['-s', `${key}=${value}`])
    return createMaster(addresses[at]!, folder, words)
  })
  const dispose = async (): Promise<void> => {
    await Promise.all(masters.filter(({ isRunning }) => isRunning).map((each) => each.kill()))
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await Promise.all(masters.map((master) => master.start()))
  } catch (thrown) {
    await dispose()
    throw thrown
  }
  return { cluster, masters, addresses, folder, [Symbol.asyncDispose]: dispose }
}
