import type { Environment, Host, ThreadPort } from '../../../runtime/host/index.ts'
import { type ClockFaults, createClock, createMachineClock } from './clock.ts'
import { createDisk, createDiskDevice, type DiskControls, type DiskDevice } from './disk.ts'
import type { Unsynced } from './diskNodes.ts'
import type { SimEvent } from './eventQueue.ts'
import { createNetwork, createPorts, type NetworkWorld, type Ports, streamsOf } from './network.ts'
import { createProcess, type Process } from './process.ts'
import type { SeededRandom } from './random.ts'
import { createThreads, type ThreadEntries } from './threads.ts'

/** What runs on a machine from its boot on. */
export type Program = (host: Host) => void | Promise<void>

/** A simulated computer with one process on it, and all that can happen to it. */
export interface Machine {
  readonly name: string
  /** Its address; `name` works too where a host is asked for. */
  readonly address: string
  /** The host of the running process; throws while the machine is down. */
  readonly host: Host
  readonly isUp: boolean
  readonly disk: DiskControls
  readonly clock: ClockFaults
  /**
   * The power goes: peers hear nothing, and what was not synced is at risk. Each file and the names
   * draw what happens to them unless `unsynced` says it.
   */
  crash(unsynced?: Unsynced): void
  /** As `kill -9`: the kernel closes the sockets and keeps what was written. */
  kill(): void
  /** Boots again with what is on the disk, and starts the program anew. */
  restart(): Host
  /** As SIGSTOP or a long garbage collection: nothing runs, connections stay, time goes on. */
  pause(): void
  resume(): void
  /** What the process holds at this moment: timers, sockets, files. */
  leaks(): string[]
}

export interface MachineWorld extends NetworkWorld {
  readonly entries: ThreadEntries
  /** Called with what a program throws. */
  fail(thrown: unknown): void
}

export interface MachineOptions {
  readonly name: string
  readonly program?: Program | undefined
  readonly environment?: Environment | undefined
  /** How far the wall clock is ahead from the start. */
  readonly clockAheadMs?: number | undefined
  /** Works on the disk of that machine, as on a network share: it does not lose power with this one. */
  readonly diskOf?: Machine | undefined
}

export interface MachineParts {
  readonly machine: Machine
  readonly device: DiskDevice
  readonly ports: Ports
  readonly isOn: () => boolean
  readonly processes: () => readonly Process[]
  /** Ends everything, with no trace left behind. */
  readonly dispose: () => void
}

const ended = (ports: Ports, process: Process): void => {
  for (const [port, listener] of ports.listeners) {
    if (listener.process === process) ports.listeners.delete(port)
  }
  for (const [port, rooms] of ports.datagrams) {
    const others = rooms.filter((room) => room.process !== process)
    if (others.length === 0) ports.datagrams.delete(port)
    else ports.datagrams.set(port, others)
  }
}

const withoutHttp = (): Promise<never> =>
  Promise.reject(new Error('The simulated host has no HTTP'))

const noHttp: Host['http'] = { fetch: withoutHttp, serve: withoutHttp }

const noDatabase = (): Promise<never> =>
  Promise.reject(new Error('The simulated host has no databases'))

const noDatabases: Host['databases'] = {
  postgres: noDatabase,
  mysql: noDatabase,
  sqlite: noDatabase,
}

const noObjects: Host['objects'] = {
  open: () => {
    throw new Error('The simulated host has no object stores')
  },
}

/** As much as nothing: what a simulated program holds cannot be told apart from the others. */
const noMemory: Host['memory'] = {
  usedBytes: () => 0,
  heapBytes: () => 0,
  heapCommittedBytes: () => 0,
  shrink: () => undefined,
  heapSnapshot: () => new Uint8Array(),
  machine: () => ({ totalBytes: 2 ** 33, freeBytes: 2 ** 32 }),
  swap: async () => undefined,
}

/** As in a small machine that has nothing to do. */
const processors: Host['processors'] = {
  count: 2,
  times: () => ({ busyMs: 0, totalMs: 0 }),
  loadAverage: () => undefined,
}

/** As on a system that tells nothing of its processes. */
const processFacts: Host['process'] = {
  runtime: { name: 'simulation', version: '0' },
  startedAtMs: 0,
  processorMs: () => 0,
  resources: async () => ({
    openFiles: undefined,
    openFilesMax: undefined,
    virtualBytes: undefined,
  }),
}

/** No code from outside runs in a simulation. */
const noModules: Host['modules'] = {
  load: (path) => Promise.reject(new Error(`No module ${path} in a simulation`)),
  bundle: (path) => Promise.reject(new Error(`No bundler for ${path} in a simulation`)),
}

export const createMachine = (
  world: MachineWorld,
  index: number,
  random: SeededRandom,
  options: MachineOptions & { readonly device?: DiskDevice | undefined },
): MachineParts => {
  const { name, program, environment = {}, clockAheadMs = 0 } = options
  const { timeline } = world
  const address = `10.0.${index >> 8}.${(index & 0xff) + 1}`
  const ports = createPorts(index, name, address)
  const clock = createMachineClock(timeline, clockAheadMs)
  const device = options.device ?? createDiskDevice(clock.wallMs)
  let processes: Process[] = []
  let host: Host | undefined
  let isOn = false
  let isPaused = false
  let boots = 0

  const start = (process: Process): void => {
    processes.push(process)
    if (isPaused) timeline.stop(process)
  }
  const end = (process: Process, kernelIsUp: boolean): void => {
    const streams = streamsOf(process)
    process.isAlive = false
    for (const stream of streams) stream.abandon(kernelIsUp)
    ended(ports, process)
    for (const event of (process.deferred ?? []) as SimEvent[]) event.dropped?.()
    process.held.clear()
    processes = processes.filter((other) => other !== process)
  }
  const endAll = (kernelIsUp: boolean): void => {
    host = undefined
    isPaused = false
    for (const process of processes) end(process, kernelIsUp)
  }
  const hostOf = (process: Process, parent?: ThreadPort): Host => {
    const threads = { timeline, entries: world.entries, start, hostOf }
    return {
      clock: createClock(timeline, clock, process),
      random: process.random,
      disk: createDisk({ timeline, device, process, wallMs: clock.wallMs }),
      network: createNetwork(world, ports, process),
      threads: createThreads({ ...threads, end: (child) => end(child, true) }, process, parent),
      http: noHttp,
      databases: noDatabases,
      objects: noObjects,
      memory: noMemory,
      processors,
      process: processFacts,
      modules: noModules,
      environment,
    }
  }
  const boot = (): Host => {
    if (host !== undefined) throw new Error(`${name} is up already`)
    isOn = true
    boots += 1
    const process = createProcess(name, index, random.fork(`boot ${boots}`))
    start(process)
    const booted = hostOf(process)
    host = booted
    if (program !== undefined) {
      timeline.after(0, { process, kind: 'boot' }, () => {
        void Promise.resolve(program(booted)).catch((thrown: unknown) => world.fail(thrown))
      })
    }
    return booted
  }
  const note = (text: string): void => timeline.trace.note(`${name} ${text}`, timeline.nowMs())
  const chooseUnsynced = (): Unsynced => random.pick(['lost', 'kept', 'torn'])
  const leaks = (): string[] => {
    const found: string[] = []
    for (const process of processes) for (const held of process.held) found.push(held.describe())
    for (const event of timeline.pending()) {
      if (event.process === undefined || !processes.includes(event.process)) continue
      if (event.kind === 'timer' || event.kind === 'sleep') {
        found.push(`${event.kind} of ${event.size} ms due at ${event.timeMs.toFixed(3)} ms`)
      }
    }
    return found.sort()
  }
  boot()
  const machine: Machine = {
    name,
    address,
    get host() {
      if (host === undefined) throw new Error(`${name} is down`)
      return host
    },
    get isUp() {
      return host !== undefined
    },
    disk: device.controls,
    clock,
    crash: (unsynced) => {
      if (!isOn) return
      note('loses power')
      isOn = false
      endAll(false)
      if (options.device !== undefined) return
      device.busyUntilMs = 0
      device.crash(() => unsynced ?? chooseUnsynced(), random)
    },
    kill: () => {
      if (host === undefined) return
      note('is killed')
      endAll(true)
    },
    restart: () => {
      note('boots')
      return boot()
    },
    pause: () => {
      if (host === undefined || isPaused) return
      note('stops')
      isPaused = true
      for (const process of processes) timeline.stop(process)
    },
    resume: () => {
      if (!isPaused) return
      note('goes on')
      isPaused = false
      for (const process of processes) timeline.resume(process)
    },
    leaks,
  }
  return {
    machine,
    device,
    ports,
    isOn: () => isOn,
    processes: () => processes,
    dispose: () => endAll(false),
  }
}
