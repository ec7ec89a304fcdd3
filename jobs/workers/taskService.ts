import { EngineError } from '../../runtime/errors/index.ts'
import type { Host, Timer, Tls } from '../../runtime/host/index.ts'
import type { Member } from '../../members/member/index.ts'
import type { StateShelf } from '../states/index.ts'
import { CoordinatorLink } from './coordinatorLink.ts'
import type { Relay } from './hostedExecution.ts'
import type { IsolatePool } from './isolatePool.ts'
import { MemberLinks } from './memberLinks.ts'
import { pack, unpack } from './packing.ts'
import type { ExecutionId, TaskHosts } from './protocol.ts'
import { TaskHost, type JobCodeShelf, type TaskCounts } from './taskHost.ts'
import { JOB_KINDS, type CommandsHeader, type RelayMessage } from './wire.ts'

/** How often it is looked whether tasks may go on, in milliseconds. */
const watchMs = 500
/** Tasks that no coordinator asks for are ended after so long. */
const unattendedMaxMs = 60_000
/**
 * With split-brain protection: how long tasks go on while this member cannot be sure to be in its
 * cluster. A change of the master takes less; a side without the majority stops soon after.
 */
const unsafeMaxMs = 5000
/** A split on its way to another member: it must answer, or be found dead, by then. */
const relayTimeoutMs = 60_000

export interface TaskServiceOptions {
  readonly host: Host
  readonly member: Member
  readonly isolates: IsolatePool
  /** Of the member port; the edges between tasks then have it too. */
  readonly tls?: Tls | undefined
  /** The code of jobs; without it no job has any. */
  readonly code?: JobCodeShelf
  /** The states of operators in the grid; without it all go to the coordinator. */
  readonly states?: StateShelf
  /** Tasks were ended here because no coordinator may or will ask for them. */
  readonly onForgotten?: (execution: ExecutionId) => void
}

/** The tasks of a member: those that it runs, and the way to those that it coordinates. */
export interface TaskService {
  readonly hosts: TaskHosts
  /** The executions that have tasks on this member. */
  executions(): ExecutionId[]
  /** Tasks that were begun on this member so far, and those of them that have ended, however. */
  counts(): TaskCounts
  /** Ends all tasks of this member. */
  close(): Promise<void>
}

/** Runs tasks for coordinators, and leads coordinators of this member to all task hosts. */
export const startTaskService = (options: TaskServiceOptions): TaskService => {
  const { host, member, isolates, tls, code, states, onForgotten } = options
  const { messenger } = member
  const taskHost = new TaskHost({
    host,
    isolates,
    self: () => member.self.id,
    exchange: {
      bindHost: messenger.boundTo.host,
      publicHost: messenger.identity.address.host,
      tls,
    },
    relay: relayOver(member),
    code,
    states,
    ...(onForgotten === undefined ? {} : { onForgotten }),
  })
  const hosts = new MemberLinks(host, member, taskHost)
  serve(member, taskHost)
  const stopWatching = watch(host, member, taskHost)
  const stopListening = member.onEvent((event) => {
    if (event.kind === 'changed') hosts.viewChanged()
    if (event.kind === 'reset' || event.kind === 'merging') {
      void taskHost.leave('it has left the cluster')
    }
  })
  return {
    hosts,
    executions: () => taskHost.executions().map(({ id }) => id),
    counts: () => taskHost.counts(),
    close: async () => {
      stopWatching()
      stopListening()
      hosts.close()
      await taskHost.leave('it is closing')
    },
  }
}

const relayOver =
  (member: Member): Relay =>
  async (target, execution, task, command) => {
    const record = member.members().find(({ id }) => id === target)
    if (record === undefined) {
      throw new EngineError('NET-005', 'Its member is not in the cluster any more.')
    }
    const message: RelayMessage = { execution, task, command }
    const timeoutMs = relayTimeoutMs
    await member.messenger.request(record.address, JOB_KINDS.relay, pack(message), { timeoutMs })
  }

/** Answers to coordinators and to the task hosts of other members. */
const serve = (member: Member, taskHost: TaskHost): void => {
  const { messenger } = member
  messenger.onStream(JOB_KINDS.commands, (stream) => {
    const header = unpack(stream.header) as CommandsHeader
    // A member that joins anew has another id.
    if (header.to === member.self.id) {
      return new CoordinatorLink(taskHost, stream, header).serve(messenger)
    }
    queueMicrotask(() => stream.cancel('The member that is meant has joined anew'))
    return { onData: () => undefined, onEnd: () => undefined, onAbort: () => undefined }
  })
  messenger.onRequest(JOB_KINDS.relay, ({ body }) => {
    const { execution, task, command } = unpack(body) as RelayMessage
    taskHost.deliver(execution, task, command)
    return new Uint8Array(0)
  })
}

/** Ends tasks that no coordinator asks for, and all of a member that is cut off from its cluster. */
const watch = ({ clock }: Host, member: Member, taskHost: TaskHost): (() => void) => {
  let safeAtMs = clock.monotonic()
  let timer: Timer
  const look = (): void => {
    const nowMs = clock.monotonic()
    if (member.isSafe()) safeAtMs = nowMs
    const isCutOff = nowMs - safeAtMs > unsafeMaxMs
    for (const execution of taskHost.executions()) {
      const isForgotten = nowMs - execution.unattendedSinceMs > unattendedMaxMs
      if (isCutOff) void taskHost.forget(execution, 'it was cut off from the cluster')
      else if (isForgotten) void taskHost.forget(execution, 'no coordinator has asked for them')
    }
    timer = clock.timer(watchMs, look)
  }
  timer = clock.timer(watchMs, look)
  return () => timer.cancel()
}
