import type { Host, ThreadPort } from '../../runtime/host/index.ts'
import type { IsolateCommand, IsolateReport } from './messages.ts'
import { TaskIsolate } from './taskIsolate.ts'

/**
 * Runs the tasks of this isolate, each in a channel of its own: those of one execution side by side,
 * those of another one after them. A task that has closed is heard no more.
 */
export const serveTasks = (host: Host, port: ThreadPort): void => {
  const tasks = new Map<number, TaskIsolate>()
  const open = (channel: number): TaskIsolate => {
    const task = new TaskIsolate(host, (report, transfer) => {
      if (tasks.get(channel) !== task) return
      port.post({ kind: 'task', channel, report } satisfies IsolateReport, transfer)
      if (report.kind === 'closed') tasks.delete(channel)
    })
    tasks.set(channel, task)
    return task
  }
  port.onMessage((message) => {
    const { channel, command } = message as IsolateCommand
    const task = tasks.get(channel) ?? open(channel)
    task.handle(command)
  })
  port.post({ kind: 'started' } satisfies IsolateReport)
}
