import { EngineError } from '../../../runtime/errors/index.ts'
import type { Host, Thread, Timer } from '../../../runtime/host/index.ts'
import type { MapStore } from './mapStore.ts'
import type { StoreAnswer, StoreRequest } from './storeMessages.ts'

/** What runs a user's store; an entry point of its own in the executable. */
const THREAD_MODULE = 'members/grid/mapstores/storeThread.ts'
/** User code that takes longer is ended, and started anew with the next call. */
const CALL_TIMEOUT_MS = 30_000

type WithoutId<Request> = Request extends unknown ? Omit<Request, 'id'> : never

interface Waiting {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: EngineError) => void
  readonly timer: Timer
}

export interface ModuleStoreOptions {
  readonly host: Host
  /** A file; a relative path begins where the member was started. */
  readonly module: string
  readonly mapName: string
  readonly properties: Readonly<Record<string, string>>
}

/** A store in a TypeScript module of the user: it runs in a thread, never in that of the member. */
class ModuleStore implements MapStore {
  readonly #options: ModuleStoreOptions
  readonly #waiting = new Map<number, Waiting>()
  #thread: Thread | undefined
  #opened: Promise<unknown> | undefined
  #lastId = 0

  constructor(options: ModuleStoreOptions) {
    this.#options = options
  }

  async load(keys: readonly Uint8Array[]): Promise<readonly (Uint8Array | undefined)[]> {
    return (await this.#ask({ kind: 'load', keys })) as readonly (Uint8Array | undefined)[]
  }

  async loadAllKeys(): Promise<readonly Uint8Array[]> {
    return (await this.#ask({ kind: 'loadAllKeys' })) as readonly Uint8Array[]
  }

  async store(entries: Parameters<MapStore['store']>[0]): Promise<void> {
    await this.#ask({ kind: 'store', entries })
  }

  async remove(keys: readonly Uint8Array[]): Promise<void> {
    await this.#ask({ kind: 'remove', keys })
  }

  async close(): Promise<void> {
    this.#end('its member is closing')
  }

  async #ask(request: WithoutId<StoreRequest>): Promise<unknown> {
    const { module, mapName, properties } = this.#options
    this.#opened ??= this.#post({ kind: 'open', module, mapName, properties })
    try {
      await this.#opened
    } catch (thrown) {
      this.#end('its module cannot be used')
      throw thrown
    }
    return this.#post(request)
  }

  #post(request: WithoutId<StoreRequest>): Promise<unknown> {
    const { clock } = this.#options.host
    const thread = (this.#thread ??= this.#start())
    this.#lastId += 1
    const id = this.#lastId
    return new Promise((resolve, reject) => {
      const timer = clock.timer(CALL_TIMEOUT_MS, () => {
        this.#end(`its code took longer than ${CALL_TIMEOUT_MS / 1000} s`)
      })
      this.#waiting.set(id, { resolve, reject, timer })
      thread.post({ id, ...request })
    })
  }

  #start(): Thread {
    const { host, mapName } = this.#options
    const thread = host.threads.spawn(THREAD_MODULE, { name: `store of ${mapName}` })
    thread.onMessage((message) => this.#answered(message as StoreAnswer))
    thread.onExit((error) => {
      if (this.#thread === thread) this.#end(error?.message ?? 'its thread has ended')
    })
    return thread
  }

  #answered(answer: StoreAnswer): void {
    const waiting = this.#waiting.get(answer.id)
    if (waiting === undefined) return
    this.#waiting.delete(answer.id)
    waiting.timer.cancel()
    if ('result' in answer) waiting.resolve(answer.result)
    else waiting.reject(this.#failure(answer.failure))
  }

  #failure(reason: string): EngineError {
    const { mapName } = this.#options
    return new EngineError('GRD-041', `The store of the map ${mapName} has failed: ${reason}`, {
      retry: 'backoff',
    })
  }

  #end(reason: string): void {
    const thread = this.#thread
    this.#thread = undefined
    this.#opened = undefined
    const waiting = [...this.#waiting.values()]
    this.#waiting.clear()
    for (const { timer, reject } of waiting) {
      timer.cancel()
      reject(this.#failure(reason))
    }
    void thread?.terminate()
  }
}

export const createModuleStore = (options: ModuleStoreOptions): MapStore => new ModuleStore(options)
