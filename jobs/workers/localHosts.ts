import type { Host } from '../../runtime/host/index.ts'
import type { IsolatePool } from './isolatePool.ts'
import type { TaskHosts, TaskName, TaskPlaces } from './protocol.ts'
import { TaskHost } from './taskHost.ts'

/** How places name the one member of a job that runs in this process. */
const LOCAL = 'local'

/** All tasks run in this process. */
export const localTaskHosts = (host: Host, isolates: IsolatePool): TaskHosts => {
  const taskHost = new TaskHost({
    host,
    isolates,
    self: () => LOCAL,
    exchange: { bindHost: '127.0.0.1', publicHost: '127.0.0.1', tls: undefined },
    relay: (_member, _execution, task) =>
      Promise.reject(new Error(`${task} has no place in this process`)),
  })
  return {
    open: (_member, execution, events) =>
      taskHost.open(execution, { epoch: 0, member: LOCAL }, events),
    endLater: () => undefined,
    nameOf: () => 'this process',
  }
}

/** Puts all tasks in this process. */
export const localPlaces = (tasks: readonly TaskName[]): TaskPlaces =>
  Object.fromEntries(tasks.map((task) => [task, LOCAL]))
