import type { ClientSettings } from '../../members/grid/index.ts'
import type { Host, Timer } from '../../runtime/host/index.ts'
import { DEFAULT_CODE_LIMITS, watchedChannel, type CodeLimits } from './codeWatch.ts'
import { Isolate, type TaskChannel } from './isolate.ts'
import { IsolateList, type IsolateInfo } from './isolateList.ts'

/** Where the module of an isolate is, from the folder of the project. */
const ISOLATE_MODULE = 'jobs/tasks/main.ts'
/** Isolates that wait for the next job, and how long they do, in milliseconds. */
const IDLE_MAX = 8
const IDLE_TIMEOUT_MS = 30_000
/** What connectors leave behind in an isolate must not add up. */
const USES_MAX = 100

/** An isolate for some tasks of one execution; it goes when all of them have been released. */
export interface TaskIsolates {
  open(): TaskChannel
}

/** Isolates for the tasks of jobs; some are started before they are needed. */
export interface IsolatePool {
  take(name: string): TaskIsolates
  /** Ends those that nobody took. */
  close(): Promise<void>
}

/** Isolates, and what is known of them. */
export interface CountedIsolates extends IsolatePool {
  /** Those that there are now, in the order in which they were made. */
  isolates(): IsolateInfo[]
  /** Most threads that there were at once. */
  threadsPeak(): number
}

/** The same isolates, each task with the code of a job loaded first and watched; no other job gets them. */
export const withCode = (
  host: Host,
  isolates: IsolatePool,
  path: string,
  limits: CodeLimits = DEFAULT_CODE_LIMITS,
): IsolatePool => ({
  take: (name) => {
    const isolate = isolates.take(name)
    return { open: () => watchedChannel(host, isolate.open(), path, limits) }
  },
  close: () => isolates.close(),
})

/** The same isolates, each task with a way to the grid of the cluster. */
export const withGrid = (isolates: IsolatePool, settings: ClientSettings): IsolatePool => ({
  take: (name) => {
    const isolate = isolates.take(name)
    return {
      open: () => {
        const channel = isolate.open()
        channel.post({ kind: 'useGrid', settings })
        return channel
      },
    }
  },
  close: () => isolates.close(),
})

const remove = <Item>(items: Item[], isMeant: (item: Item) => boolean): void => {
  const at = items.findIndex(isMeant)
  if (at !== -1) items.splice(at, 1)
}

/**
 * Starts `readyCount` isolates at once; a further one is started when it is taken, no more than one a
 * processor at a time: many jobs that begin together would only hold each other up. One whose tasks
 * have all ended well is kept for a while and serves the next job: to start one takes most of the
 * time of a short job.
 */
export const createIsolatePool = (host: Host, readyCount: number): CountedIsolates => {
  const list = new IsolateList()
  const idle: Isolate[] = []
  const waiting: { readonly isolate: Isolate; readonly name: string }[] = []
  let startingCount = 0
  let idleTimer: Timer | null = null
  let isClosed = false

  const startNext = (): void => {
    while (startingCount < host.processors.count && waiting.length > 0) {
      const { isolate, name } = waiting.shift()!
      startingCount += 1
      isolate.start(host.threads.spawn(ISOLATE_MODULE, { name }))
      list.started()
    }
  }
  const endIdle = (): Promise<unknown> => {
    idleTimer = null
    return Promise.all(idle.splice(0).map((isolate) => isolate.terminate()))
  }
  const keep = (isolate: Isolate): void => {
    idle.push(isolate)
    idleTimer?.cancel()
    idleTimer = host.clock.timer(IDLE_TIMEOUT_MS, () => void endIdle())
  }
  const release = (isolate: Isolate, isClean: boolean): void => {
    const isSpent = isolate.useCount >= USES_MAX || idle.length >= IDLE_MAX
    if (!isolate.hasThread) {
      remove(waiting, (each) => each.isolate === isolate)
      list.gone(isolate)
    } else if (isClean && !isSpent && !isClosed) keep(isolate)
    else void isolate.terminate()
  }
  const create = (name: string): Isolate => {
    const isolate = new Isolate()
    isolate.listen({
      onStarted: () => {
        startingCount -= 1
        startNext()
      },
      onReleased: (isClean) => release(isolate, isClean),
      onExit: () => {
        list.gone(isolate)
        remove(idle, (each) => each === isolate)
      },
    })
    list.taken(isolate, name)
    waiting.push({ isolate, name })
    startNext()
    return isolate
  }

  for (let index = 0; index < readyCount; index += 1) idle.push(create(`isolate ${index}`))
  return {
    take: (name) => {
      const isolate = idle.pop() ?? create(name)
      isolate.useCount += 1
      list.taken(isolate, name)
      return isolate
    },
    isolates: () => list.infos(idle),
    threadsPeak: () => list.threadsPeak,
    close: async () => {
      isClosed = true
      idleTimer?.cancel()
      await endIdle()
    },
  }
}
