import type { Thread, ThreadPort, Threads } from '../threads.ts'

/** Over what each worker has anyway: node:worker_threads would take half a megabyte of each. */
const createParentPort = (): ThreadPort | undefined => {
  if (Bun.isMainThread) return undefined
  const scope = globalThis as unknown as Worker
  return {
    post: (message, transfer) => scope.postMessage(message, [...(transfer ?? [])]),
    onMessage: (receive) =>
      scope.addEventListener('message', (event: MessageEvent<unknown>) => receive(event.data)),
  }
}

const wrap = (worker: Worker): Thread => {
  let receive: ((message: unknown) => void) | undefined
  let early: unknown[] = []
  let receiveExit: ((error?: Error) => void) | undefined
  let failure: Error | undefined
  const gone = Promise.withResolvers<void>()
  worker.addEventListener('message', (event: MessageEvent<unknown>) => {
    if (receive === undefined) early.push(event.data)
    else receive(event.data)
  })
  worker.addEventListener('error', (event: ErrorEvent) => {
    failure ??= event.error instanceof Error ? event.error : new Error(event.message)
  })
  worker.addEventListener('close', () => gone.resolve(), { once: true })
  const exited = gone.promise.then(() => receiveExit?.(failure))
  return {
    post: (message, transfer) => worker.postMessage(message, [...(transfer ?? [])]),
    onMessage: (given) => {
      receive = given
      const arrived = early
      early = []
      for (const message of arrived) given(message)
    },
    onExit: (given) => {
      receiveExit = given
    },
    terminate: async () => {
      worker.terminate()
      await exited
    },
  }
}

/** Where Bun keeps the files of a compiled executable, on Unix and on Windows. */
const EMBEDDED = /^file:\/\/\/(?:\$bunfs|%24bunfs|B:\/~BUN|B:\/%7EBUN)\//

const resolveEntry = (entry: string | URL): string | URL => {
  if (typeof entry !== 'string') return entry
  return EMBEDDED.test(import.meta.url)
    ? `./${entry}`
    : new URL(`../../../${entry}`, import.meta.url)
}

/** Threads over the workers of Bun. */
export const createRealThreads = (): Threads => ({
  parent: createParentPort(),
  spawn: (entry, options = {}) =>
    wrap(
      new Worker(resolveEntry(entry), {
        ...(options.name === undefined ? {} : { name: options.name }),
        ...(options.environment === undefined ? {} : { env: { ...options.environment } }),
        smol: options.small ?? false,
      }),
    ),
})
