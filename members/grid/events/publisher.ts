import { EngineError } from '../../../runtime/errors/index.ts'
import type { MemberIdentity, Messenger } from '../../wire/index.ts'
import { ByteSink, ByteSource } from '../bytes/index.ts'
import { GRID_KINDS } from '../kinds.ts'
import type { Held, Named, Registry } from '../replication/index.ts'
import { readHeard, readSubscribe, writeEventsHead } from './codec.ts'

/** Sends the events of this member's partitions to whoever asked for them. */
export interface Publisher {
  publish(held: Held, events: readonly Uint8Array[]): void
  /** Events for this very process; returns how to stop them. */
  listenHere(
    serviceId: number,
    name: string,
    filter: Uint8Array,
    onEvent: (event: ByteSource) => void,
  ): () => void
  /** A member or client has gone with all its subscriptions. */
  forget(subscriberId: string): void
  /** Events that slow subscribers have missed. */
  readonly dropped: number
}

/** The way to one subscriber: events of one turn go together. */
interface Stream {
  readonly subscriber: MemberIdentity
  number: number
  sink: ByteSink
  isPlanned: boolean
  sentBytes: number
  heardBytes: number
  dropped: number
}

interface Registration {
  readonly named: Named
  readonly filter: Uint8Array
  readonly id: number
  /** Undefined for one of this process. */
  readonly stream: Stream | undefined
  readonly onEvent: ((event: ByteSource) => void) | undefined
}

/** So much may be on its way to a subscriber; what comes beyond is dropped. */
const WINDOW_BYTES = 8 * 1024 * 1024
const BATCH_BYTES_MAX = 256 * 1024
const SUBSCRIPTIONS_MAX = 10_000
const NOTHING = new Uint8Array(0)

class EventPublisher implements Publisher {
  readonly #registry: Registry
  readonly #messenger: Messenger
  readonly #streams = new Map<string, Stream>()
  readonly #bySubscriber = new Map<string, Map<number, Registration>>()
  readonly #byNamed = new Map<Named, Set<Registration>>()
  /** Events for this process, told when the turn is over: a listener may call the grid again. */
  #here: { readonly registration: Registration; readonly event: Uint8Array }[] = []
  #lastStream = 0
  dropped = 0

  constructor(registry: Registry, messenger: Messenger) {
    this.#registry = registry
    this.#messenger = messenger
    messenger.onRequest(GRID_KINDS.subscribe, ({ from, body }) => {
      this.#subscribe(from, new ByteSource(body))
      return NOTHING
    })
    messenger.onRequest(GRID_KINDS.unsubscribe, ({ from, body }) => {
      const id = new ByteSource(body).u32()
      const registration = this.#bySubscriber.get(from.id)?.get(id)
      if (registration !== undefined) this.#remove(registration, from.id)
      return NOTHING
    })
    messenger.onMessage(GRID_KINDS.heard, (from, body) => {
      const { stream: number, bytes } = readHeard(new ByteSource(body))
      const stream = this.#streams.get(from.id)
      if (stream?.number === number) stream.heardBytes = bytes
    })
  }

  publish(held: Held, events: readonly Uint8Array[]): void {
    const registrations = this.#byNamed.get(held.named)
    if (registrations === undefined) return
    const { structure } = held.named
    for (const event of events) {
      for (const registration of registrations) {
        if (structure.matches(registration.filter, event)) this.#deliver(registration, event)
      }
    }
  }

  listenHere(
    serviceId: number,
    name: string,
    filter: Uint8Array,
    onEvent: (event: ByteSource) => void,
  ): () => void {
    const named = this.#namedOf(serviceId, name)
    const registration = { named, filter, id: 0, stream: undefined, onEvent }
    this.#add(registration)
    return () => this.#unlist(registration)
  }

  forget(subscriberId: string): void {
    for (const registration of this.#bySubscriber.get(subscriberId)?.values() ?? []) {
      this.#unlist(registration)
    }
    this.#bySubscriber.delete(subscriberId)
    this.#streams.delete(subscriberId)
  }

  #namedOf(serviceId: number, name: string): Named {
    const named = this.#registry.find(serviceId, name)
    if (named !== undefined) return named
    throw new EngineError('NET-006', `No structure has the service id ${serviceId}`)
  }

  #subscribe(from: MemberIdentity, source: ByteSource): void {
    const { id, serviceId, name, filter } = readSubscribe(source)
    const named = this.#namedOf(serviceId, name)
    const known = this.#bySubscriber.get(from.id) ?? new Map<number, Registration>()
    if (known.size >= SUBSCRIPTIONS_MAX) {
      throw new EngineError('NET-006', `More than ${SUBSCRIPTIONS_MAX} subscriptions`)
    }
    const earlier = known.get(id)
    if (earlier !== undefined) this.#unlist(earlier)
    const stream = this.#streamTo(from)
    // It subscribes again after a broken connection: what was on its way then counts no more.
    if (earlier !== undefined) this.#renew(stream)
    const registration = { named, filter, id, stream, onEvent: undefined }
    this.#bySubscriber.set(from.id, known.set(id, registration))
    this.#add(registration)
  }

  #streamTo(subscriber: MemberIdentity): Stream {
    const known = this.#streams.get(subscriber.id)
    if (known !== undefined) return known
    const stream: Stream = {
      subscriber,
      number: 0,
      sink: new ByteSink(),
      isPlanned: false,
      sentBytes: 0,
      heardBytes: 0,
      dropped: 0,
    }
    this.#streams.set(subscriber.id, stream)
    this.#renew(stream)
    return stream
  }

  #renew(stream: Stream): void {
    this.#lastStream += 1
    stream.number = this.#lastStream
    stream.sentBytes = 0
    stream.heardBytes = 0
    stream.dropped = 0
  }

  #add(registration: Registration): void {
    const all = this.#byNamed.get(registration.named) ?? new Set()
    this.#byNamed.set(registration.named, all.add(registration))
    registration.named.hasListeners = true
  }

  #remove(registration: Registration, subscriberId: string): void {
    this.#unlist(registration)
    this.#bySubscriber.get(subscriberId)?.delete(registration.id)
  }

  #unlist(registration: Registration): void {
    const { named } = registration
    const all = this.#byNamed.get(named)
    all?.delete(registration)
    if (all?.size !== 0) return
    this.#byNamed.delete(named)
    named.hasListeners = false
  }

  #deliver(registration: Registration, event: Uint8Array): void {
    const { stream } = registration
    if (stream === undefined) {
      if (this.#here.length === 0) queueMicrotask(() => this.#tellHere())
      this.#here.push({ registration, event })
      return
    }
    if (stream.sentBytes + stream.sink.length - stream.heardBytes > WINDOW_BYTES) {
      stream.dropped += 1
      this.dropped += 1
      return
    }
    const { sink } = stream
    if (sink.length === 0) writeEventsHead(sink, { stream: stream.number, dropped: stream.dropped })
    sink.u32(registration.id)
    sink.bytes(event)
    if (sink.length >= BATCH_BYTES_MAX) this.#send(stream)
    else if (!stream.isPlanned) {
      stream.isPlanned = true
      queueMicrotask(() => {
        stream.isPlanned = false
        this.#send(stream)
      })
    }
  }

  #tellHere(): void {
    const told = this.#here
    this.#here = []
    for (const { registration, event } of told) {
      const isListening = this.#byNamed.get(registration.named)?.has(registration) === true
      if (isListening) registration.onEvent?.(new ByteSource(event))
    }
  }

  #send(stream: Stream): void {
    const { sink, subscriber } = stream
    if (sink.length === 0) return
    stream.sentBytes += sink.length
    // Without a connection it is lost; the subscriber then subscribes again.
    this.#messenger.callPeer(subscriber.address)?.send(GRID_KINDS.events, sink.view())
    sink.reset()
  }
}

export const createPublisher = (registry: Registry, messenger: Messenger): Publisher =>
  new EventPublisher(registry, messenger)
