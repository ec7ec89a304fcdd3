import { EngineError } from '../../../runtime/errors/index.ts'
import { addressKey, type Address, type Clock, type Timer } from '../../../runtime/host/index.ts'
import type { Messenger } from '../../wire/index.ts'
import { ByteSink, ByteSource } from '../bytes/index.ts'
import { GRID_KINDS } from '../kinds.ts'
import type { GridInvoker, Subscription } from '../operations/index.ts'
import { readEventsHead, writeHeard, writeSubscribe } from './codec.ts'

/** A member that has partitions, or may get some. */
export interface EventSource {
  readonly id: string
  readonly address: Address
}

export interface SubscriberOptions {
  readonly clock: Clock
  readonly messenger: Pick<Messenger, 'request' | 'send' | 'onMessage' | 'onCallPeerLost'>
  /** All members with data but this one. */
  readonly sources: () => readonly EventSource[]
  /** Also listens on this very process, if it is a member. */
  readonly listenHere?: (
    serviceId: number,
    name: string,
    filter: Uint8Array,
    onEvent: (event: ByteSource) => void,
  ) => () => void
}

/** Listens to structures on all members at once, in a member and in a client. */
export interface Subscriber {
  subscribe: GridInvoker['subscribe']
  /** The list of members has changed. */
  refresh(): void
  /** Events that were missed because this process was too slow. */
  readonly missed: number
  close(): void
}

interface Listening {
  readonly id: number
  readonly request: Uint8Array
  readonly onEvent: (event: ByteSource) => void
  /** Ids of the members that know of it. */
  readonly known: Set<string>
  /** Those that are being asked. */
  readonly asked: Set<string>
  readonly stopHere: (() => void) | undefined
  /** Resolved when all members know of it. */
  readonly ready: PromiseWithResolvers<void>
}

/** What was heard from one member. */
interface Heard {
  stream: number
  bytes: number
  dropped: number
}

const ANSWER_MS = 5000
const PAUSE_MS = 500
const ID_BYTES = 4

class EventSubscriber implements Subscriber {
  readonly #options: SubscriberOptions
  readonly #listening = new Map<number, Listening>()
  readonly #heard = new Map<string, Heard>()
  readonly #stop: () => void
  #lastId = 0
  #timer: Timer | undefined
  #isClosed = false
  missed = 0

  constructor(options: SubscriberOptions) {
    this.#options = options
    const { messenger } = options
    // Listeners may keep what they are told.
    messenger.onMessage(GRID_KINDS.events, (from, body) =>
      this.#receive(from.address, body.slice()),
    )
    this.#stop = messenger.onCallPeerLost(({ identity }) => this.#lost(identity.address))
  }

  async subscribe(
    serviceId: number,
    name: string,
    filter: Uint8Array,
    onEvent: (event: ByteSource) => void,
  ): Promise<Subscription> {
    this.#lastId += 1
    const id = this.#lastId
    const sink = new ByteSink()
    writeSubscribe(sink, { id, serviceId, name, filter })
    const listening: Listening = {
      id,
      request: sink.copy(),
      onEvent,
      known: new Set(),
      asked: new Set(),
      stopHere: this.#options.listenHere?.(serviceId, name, filter, onEvent),
      ready: Promise.withResolvers(),
    }
    this.#listening.set(id, listening)
    this.#spread(listening)
    await listening.ready.promise
    return { cancel: () => this.#cancel(listening) }
  }

  refresh(): void {
    const present = new Set(this.#options.sources().map(({ id }) => id))
    for (const listening of this.#listening.values()) {
      for (const id of listening.known) if (!present.has(id)) listening.known.delete(id)
      this.#spread(listening)
    }
  }

  close(): void {
    this.#isClosed = true
    this.#stop()
    this.#timer?.cancel()
    this.#timer = undefined
    for (const { stopHere, ready } of this.#listening.values()) {
      stopHere?.()
      ready.resolve()
    }
    this.#listening.clear()
  }

  /** Asks all who do not know of it yet. */
  #spread(listening: Listening): void {
    let isMissing = false
    for (const source of this.#options.sources()) {
      if (listening.known.has(source.id)) continue
      isMissing = true
      if (!listening.asked.has(source.id)) void this.#ask(listening, source)
    }
    if (!isMissing) listening.ready.resolve()
  }

  async #ask(listening: Listening, { id, address }: EventSource): Promise<void> {
    listening.asked.add(id)
    try {
      const options = { timeoutMs: ANSWER_MS }
      await this.#options.messenger.request(
        address,
        GRID_KINDS.subscribe,
        listening.request,
        options,
      )
      listening.known.add(id)
    } catch (thrown) {
      if (!(thrown instanceof EngineError)) throw thrown
    } finally {
      listening.asked.delete(id)
    }
    if (this.#isClosed || !this.#listening.has(listening.id)) return
    if (listening.known.has(id)) this.#spread(listening)
    else this.#retryLater()
  }

  #retryLater(): void {
    this.#timer ??= this.#options.clock.timer(PAUSE_MS, () => {
      this.#timer = undefined
      this.refresh()
    })
  }

  /** A member forgets nothing when a connection breaks, but what it sent may be lost. */
  #lost(address: Address): void {
    const key = addressKey(address)
    this.#heard.delete(key)
    const source = this.#options.sources().find((each) => addressKey(each.address) === key)
    if (source === undefined || this.#isClosed) return
    for (const listening of this.#listening.values()) listening.known.delete(source.id)
    if (this.#listening.size > 0) this.#retryLater()
  }

  #receive(from: Address, body: Uint8Array): void {
    const source = new ByteSource(body)
    const { stream, dropped } = readEventsHead(source)
    const key = addressKey(from)
    let heard = this.#heard.get(key)
    if (heard?.stream !== stream) {
      heard = { stream, bytes: 0, dropped: 0 }
      this.#heard.set(key, heard)
    }
    heard.bytes += body.length
    this.missed += Math.max(0, dropped - heard.dropped)
    heard.dropped = dropped
    const sink = new ByteSink()
    writeHeard(sink, heard)
    this.#options.messenger.send(from, GRID_KINDS.heard, sink.view())
    while (!source.isAtEnd) {
      const listening = this.#listening.get(source.u32())
      const event = source.bytes()
      listening?.onEvent(new ByteSource(event))
    }
  }

  async #cancel(listening: Listening): Promise<void> {
    if (!this.#listening.delete(listening.id)) return
    listening.stopHere?.()
    const body = new ByteSink(ID_BYTES)
    body.u32(listening.id)
    const told = this.#options.sources().map(({ address }) =>
      this.#options.messenger.request(address, GRID_KINDS.unsubscribe, body.view(), {
        timeoutMs: ANSWER_MS,
      }),
    )
    // Whoever is not reached sends events that nobody listens to, until it is.
    await Promise.allSettled(told)
  }
}

export const createSubscriber = (options: SubscriberOptions): Subscriber =>
  new EventSubscriber(options)
