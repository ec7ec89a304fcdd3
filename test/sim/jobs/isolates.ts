import { serveTasks } from '../../../jobs/tasks/serveTasks.ts'
import type { Host } from '../../../runtime/host/index.ts'

/** The isolates of the engine as threads of the simulated machine. */
export const isolateThreads = {
  'jobs/tasks/main.ts': (host: Host): void => serveTasks(host, host.threads.parent!),
}
