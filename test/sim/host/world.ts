import { createNetworkControls, type NetworkControls } from './faults.ts'
import { createLinks } from './links.ts'
import {
  createMachine,
  type Machine,
  type MachineOptions,
  type MachineParts,
  type MachineWorld,
  type Program,
} from './machine.ts'
import type { Ports } from './network.ts'
import type { SeededRandom } from './random.ts'
import type { ThreadEntries } from './threads.ts'
import type { Timeline } from './timeline.ts'

/** Machines on one network in virtual time. */
export interface SimWorld {
  readonly seed: number
  /** For the choices of the scenario. */
  readonly random: SeededRandom
  readonly network: NetworkControls
  readonly machines: readonly Machine[]
  /** Adds a machine and boots it; `program` runs on this and every later boot. */
  machine(name: string, program?: Program, options?: Omit<MachineOptions, 'name'>): Machine
  /** Milliseconds since the world began. */
  nowMs(): number
  sleep(delayMs: number): Promise<void>
  /**
   * Waits for `condition`, which is looked at after every event; rejects with `what` in its message
   * when it does not hold within `timeoutMs` of virtual time.
   */
  until(what: string, condition: () => boolean, timeoutMs: number): Promise<void>
  /** Adds a line to the trace. */
  note(text: string): void
}

const LOOPBACK_NAMES = new Set(['127.0.0.1', 'localhost'])

export interface WorldOptions {
  readonly seed: number
  readonly random: SeededRandom
  readonly timeline: Timeline
  readonly entries: ThreadEntries
  readonly fail: (thrown: unknown) => void
}

const until = (timeline: Timeline): SimWorld['until'] => {
  return async (what, condition, timeoutMs) => {
    if (condition()) return
    const wait = timeline.until(condition)
    const late = Promise.withResolvers<void>()
    const timeout = timeline.after(timeoutMs, { kind: 'until-timeout' }, () =>
      late.reject(new Error(`Not within ${timeoutMs} ms: ${what}`)),
    )
    try {
      await Promise.race([wait.met, late.promise])
    } finally {
      wait.forget()
      timeline.cancel(timeout)
    }
  }
}

export const createWorld = (
  options: WorldOptions,
): { readonly world: SimWorld; readonly dispose: () => void } => {
  const { seed, random, timeline, entries, fail } = options
  const links = createLinks(timeline)
  const parts: MachineParts[] = []
  const machines: Machine[] = []
  const allPorts: Ports[] = []
  const byHost = new Map<string, Ports>()
  const names = new Map<string, readonly string[]>()

  const machineWorld: MachineWorld = {
    timeline,
    links,
    entries,
    fail,
    kernelIsUp: (process) => parts[process.index]!.isOn(),
    find: (host, from) => (LOOPBACK_NAMES.has(host) ? from : byHost.get(host)),
    machines: () => allPorts,
    names,
    isOn: (ports) => parts[ports.index]!.isOn(),
  }
  const sleep = (delayMs: number): Promise<void> =>
    new Promise((resolve) => {
      timeline.after(delayMs, { kind: 'scenario-sleep' }, resolve)
    })
  const note = (text: string): void => timeline.trace.note(text, timeline.nowMs())
  const network = createNetworkControls({
    links,
    random: random.fork('faults'),
    machines: () => machines,
    indexOf: (machine) => machines.indexOf(machine),
    processesOf: (machine) => parts[machines.indexOf(machine)]!.processes(),
    sleep,
    note,
    setName: (name, addresses) => names.set(name, addresses),
  })
  const addMachine: SimWorld['machine'] = (name, program, given = {}) => {
    if (byHost.has(name)) throw new Error(`There is a machine ${name} already`)
    const index = parts.length
    const { diskOf } = given
    const device = diskOf === undefined ? undefined : parts[machines.indexOf(diskOf)]!.device
    const options = { ...given, name, program, device }
    const made = createMachine(machineWorld, index, random.fork(name), options)
    parts.push(made)
    machines.push(made.machine)
    allPorts.push(made.ports)
    byHost.set(name, made.ports)
    byHost.set(made.machine.address, made.ports)
    return made.machine
  }
  return {
    world: {
      seed,
      random: random.fork('scenario'),
      network,
      machines,
      machine: addMachine,
      nowMs: () => timeline.nowMs(),
      sleep,
      until: until(timeline),
      note,
    },
    dispose: () => {
      for (const part of parts) part.dispose()
    },
  }
}
