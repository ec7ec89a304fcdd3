import { TaskIsolate } from '../../../jobs/tasks/taskIsolate.ts'
import type { TaskCommand } from '../../../jobs/tasks/messages.ts'
import type { Host } from '../../../runtime/host/index.ts'

/** The isolates of the engine as threads of the simulated machine. */
export const isolateThreads = {
  'jobs/tasks/main.ts': (host: Host): void => {
    const port = host.threads.parent!
    const isolate = new TaskIsolate(host, port)
    port.onMessage((message) => isolate.handle(message as TaskCommand))
  },
}
