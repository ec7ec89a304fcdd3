import { assert, EngineError, messageOf } from '../../runtime/errors/index.ts'
import { createRing } from '../../runtime/exchange/index.ts'
import type { Host } from '../../runtime/host/index.ts'
import { stateNameOf, type StateShelf } from '../states/index.ts'
import type { ExchangePlace, TaskCommand, TaskReport } from '../tasks/index.ts'
import { HostedTask } from './hostedTask.ts'
import type { StateWay } from './stateCollector.ts'
import type { IsolatePool, TaskIsolates } from './isolatePool.ts'
import type {
  EdgePlan,
  ExecutionId,
  HostReport,
  RemoteCommand,
  TaskName,
  TaskPlaces,
  TaskStatus,
} from './protocol.ts'

/** What may wait between two instances: enough for some batches, little enough to stay in the cache. */
const ringBytes = 1 << 20
/** Printed lines and logs that are kept while there is no coordinator; older ones are dropped. */
const backlogMax = 1000

/** Brings a command to a task of the same execution on another member; rejects when it may be lost. */
export type Relay = (
  member: string,
  execution: ExecutionId,
  task: TaskName,
  command: TaskCommand,
) => Promise<void>

export interface HostedExecutionOptions {
  readonly host: Host
  readonly isolates: IsolatePool
  readonly id: ExecutionId
  readonly places: TaskPlaces
  /** The id under which `places` knows this member. */
  readonly self: string
  readonly exchange: ExchangePlace
  readonly relay: Relay
  /** Where states go; null: to the coordinator. */
  readonly shelf: StateShelf | null
}

/** The tasks of one execution on this member. They go on while no coordinator listens. */
export class HostedExecution {
  readonly #options: HostedExecutionOptions
  readonly #tasks = new Map<TaskName, HostedTask>()
  /** The rings between instances of this member, by edge and instances. */
  readonly #rings = new Map<string, SharedArrayBuffer>()
  /** What each enumerator has granted and has not arrived yet. */
  readonly #grants = new Map<TaskName, Set<Promise<void>>>()
  #listener: ((report: HostReport) => void) | null = null
  #unattendedSinceMs = Infinity
  #backlog: HostReport[] = []
  #ending: Promise<void> | null = null

  constructor(options: HostedExecutionOptions) {
    this.#options = options
    const { host } = options
    for (const [name, isolate] of isolatesOf(options)) {
      const channel = isolate.open()
      const onReport = (report: TaskReport): void => this.#reported(name, report)
      const grantsArrived = (): Promise<unknown> | undefined => {
        const pending = this.#grants.get(name)
        return pending === undefined || pending.size === 0 ? undefined : Promise.all(pending)
      }
      const states = stateWay(options, name)
      this.#tasks.set(
        name,
        new HostedTask({ host, channel, name, onReport, grantsArrived, states }),
      )
    }
  }

  get id(): ExecutionId {
    return this.#options.id
  }

  get statuses(): TaskStatus[] {
    return [...this.#tasks.values()].map((task) => task.status)
  }

  /** Something that all tasks need cannot be had. */
  fail(error: Error): void {
    for (const task of this.#tasks.values()) task.fail(error)
  }

  /** Sends all reports from now on to one coordinator. */
  listen(listener: (report: HostReport) => void): void {
    this.#listener = listener
    this.#unattendedSinceMs = Infinity
    for (const report of this.#backlog.splice(0)) listener(report)
  }

  /** This coordinator hears no more; another one may have taken over already. */
  unlisten(listener: (report: HostReport) => void): void {
    if (this.#listener !== listener) return
    this.#listener = null
    this.#unattendedSinceMs = this.#options.host.clock.monotonic()
  }

  /** Since when no coordinator listens; Infinity while one does. */
  get unattendedSinceMs(): number {
    return this.#unattendedSinceMs
  }

  command(name: TaskName, command: RemoteCommand): void {
    const task = this.#tasks.get(name)
    assert(task !== undefined, `${name} runs on the member that its commands go to`)
    const { exchange } = this.#options
    if (command.kind === 'listen') task.post({ ...command, exchange })
    else if (command.kind === 'deployGroup') task.post(this.#withEdges(command))
    else task.post(command)
  }

  /** Ends all tasks without having been told to. */
  forget(reason: string): Promise<void> {
    this.#listener?.({ kind: 'gone', reason })
    return this.end(true)
  }

  /** Takes what a task on another member has for one here. */
  deliver(name: TaskName, command: TaskCommand): void {
    this.#tasks.get(name)?.post(command)
  }

  /** Ends all tasks; what they have not committed is removed when `abort` is set. */
  end(abort: boolean): Promise<void> {
    this.#ending ??= Promise.all([...this.#tasks.values()].map((task) => task.close(abort))).then(
      () => undefined,
    )
    return this.#ending
  }

  #withEdges(command: Extract<RemoteCommand, { kind: 'deployGroup' }>): TaskCommand {
    const { edges, ...deployment } = command
    return {
      ...deployment,
      exchange: this.#options.exchange,
      rings: edges
        .filter(({ link }) => link.kind === 'ring')
        .map(({ edgeIndex, from, to }) => ({
          edgeIndex,
          from,
          to,
          memory: this.#ring(edgeIndex, from, to),
        })),
      streams: edges.flatMap(({ edgeIndex, from, to, link }: EdgePlan) =>
        link.kind === 'ring' ? [] : [{ ...link, edgeIndex, from, to }],
      ),
    }
  }

  /** Both of its ends are deployed by this host, one after the other. */
  #ring(edgeIndex: number, from: number, to: number): SharedArrayBuffer {
    const key = `${edgeIndex} ${from} ${to}`
    const ring = this.#rings.get(key) ?? createRing(ringBytes)
    this.#rings.set(key, ring)
    return ring
  }

  #reported(name: TaskName, report: TaskReport): void {
    switch (report.kind) {
      case 'requestSplit': {
        const { vertexId, instance } = report
        void this.#route(name, `enumerator ${vertexId}`, { kind: 'requestSplit', instance })
        return
      }
      case 'granted':
        return this.#granted(name, report)
      default:
        this.#tell({ kind: 'task', task: name, report })
    }
  }

  #granted(name: TaskName, report: Extract<TaskReport, { kind: 'granted' }>): void {
    const vertexId = Number(name.slice(name.indexOf(' ') + 1))
    const { instance, split, savedId } = report
    const command: TaskCommand = { kind: 'split', vertexId, split, savedId }
    const pending = this.#grants.get(name) ?? new Set()
    this.#grants.set(name, pending)
    const arrived = this.#route(name, `group ${instance}`, command)
    pending.add(arrived)
    void arrived.then(() => pending.delete(arrived))
  }

  /** Never rejects: a command that may be lost fails the task that sent it. */
  #route(from: TaskName, to: TaskName, command: TaskCommand): Promise<void> {
    const { places, self, id, relay } = this.#options
    const member = places[to]
    if (member === self || member === undefined) {
      this.deliver(to, command)
      return Promise.resolve()
    }
    return relay(member, id, to, command).catch((thrown: unknown) => {
      const text = `${from} does not reach ${to}: ${messageOf(thrown)}`
      const error = new EngineError('JOB-021', text, { retry: 'backoff', cause: thrown })
      if (this.#ending === null) this.#tasks.get(from)?.fail(error)
    })
  }

  #tell(report: HostReport): void {
    if (this.#listener !== null) {
      this.#listener(report)
      return
    }
    if (report.kind !== 'task') return
    if (report.report.kind !== 'print' && report.report.kind !== 'log') return
    this.#backlog.push(report)
    if (this.#backlog.length > backlogMax) this.#backlog.shift()
  }
}

const stateWay = ({ shelf, id }: HostedExecutionOptions, task: TaskName): StateWay | null =>
  shelf === null
    ? null
    : {
        shelf,
        nameOf: (checkpointId, vertexId) => stateNameOf({ ...id, checkpointId, task, vertexId }),
      }

/**
 * Each group has an isolate of its own. Enumerators and committers, which have little to do, share
 * that of a group: they fail together in any case, and an isolate costs memory and time.
 */
const isolatesOf = (options: HostedExecutionOptions): Map<TaskName, TaskIsolates> => {
  const { places, self, id, isolates } = options
  const taken = new Map<TaskName, TaskIsolates>()
  const own = (Object.keys(places) as TaskName[]).filter((name) => places[name] === self)
  const isGroup = (name: TaskName): boolean => name.startsWith('group')
  let shared: TaskIsolates | undefined
  for (const name of [...own.filter(isGroup), ...own.filter((each) => !isGroup(each))]) {
    const needsOwn = isGroup(name) || shared === undefined
    const isolate = needsOwn
      ? isolates.take(`job-${id.jobId} pipeline-${id.pipelineId} ${name}`)
      : shared!
    shared ??= isolate
    taken.set(name, isolate)
  }
  return taken
}
