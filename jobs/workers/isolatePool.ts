import type { ClientSettings } from '../../members/grid/index.ts'
import type { Host, Thread } from '../../runtime/host/index.ts'
import type { TaskCommand } from '../tasks/index.ts'

import { DEFAULT_CODE_LIMITS, watchedThread, type CodeLimits } from './codeWatch.ts'

/** Where the module of an isolate is, from the folder of the project. */
const ISOLATE_MODULE = 'jobs/tasks/main.ts'

/** Isolates for the task groups of jobs; some are started before they are needed. */
export interface IsolatePool {
  take(name: string): Thread
  /** Ends those that nobody took. */
  close(): Promise<void>
}

/** The same isolates, each told something before anything else. */
const telling = (isolates: IsolatePool, command: TaskCommand): IsolatePool => ({
  take: (name) => {
    const thread = isolates.take(name)
    thread.post(command)
    return thread
  },
  close: () => isolates.close(),
})

/** The same isolates, each with the code of a job loaded first and watched. */
export const withCode = (
  host: Host,
  isolates: IsolatePool,
  path: string,
  limits: CodeLimits = DEFAULT_CODE_LIMITS,
): IsolatePool => ({
  take: (name) => watchedThread(host, isolates.take(name), path, limits),
  close: () => isolates.close(),
})

/** The same isolates, each with a way to the grid of the cluster. */
export const withGrid = (isolates: IsolatePool, settings: ClientSettings): IsolatePool =>
  telling(isolates, { kind: 'useGrid', settings })

/** Starts `readyCount` isolates at once; a further one is started when it is taken. */
export const createIsolatePool = (host: Host, readyCount: number): IsolatePool => {
  const spawn = (name: string): Thread => host.threads.spawn(ISOLATE_MODULE, { name })
  const ready = Array.from({ length: readyCount }, (_, index) => spawn(`isolate ${index}`))
  return {
    take: (name) => ready.pop() ?? spawn(name),
    close: async () => {
      await Promise.all(ready.splice(0).map((thread) => thread.terminate()))
    },
  }
}
