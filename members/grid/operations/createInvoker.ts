import { EngineError } from '../../../runtime/errors/index.ts'
import { addressKey, type Address, type Clock, type Timer } from '../../../runtime/host/index.ts'
import type { CallPeer, MessengerCalls, Piece } from '../../wire/index.ts'
import { ByteSink, ByteSource } from '../bytes/index.ts'
import { GRID_KINDS } from '../kinds.ts'
import { type PartitionRow, primaryOf } from '../table/index.ts'
import { OUTCOMES, readNotHere, readRefusal, writeCall } from './codec.ts'
import type { GridInvoker, Invocation } from './invoker.ts'

/** The part of a GridInvoker that is about calls. */
export type Calls = Omit<GridInvoker, 'subscribe'>

export interface Invoker extends Calls {
  /** The row of a partition has changed: calls that wait for it are tried again at once. */
  onRow(partition: number): void
  /** An answer to a call that `runHere` was given. */
  onLocalAnswer(id: number, head: Uint8Array, body: Piece): void
  /** The member has gone for good: calls that it was sent are not answered any more. */
  memberGone(memberId: string): void
  /** Calls that have not ended. */
  underWay(): number
  /** Rejects all that is under way. */
  close(): void
}

/** What differs between a member and a client. */
export interface InvokerOptions {
  readonly clock: Clock
  readonly messenger: MessengerCalls
  /** A call that has no answer by then is given up; a minute unless given. */
  readonly totalMs?: number
  /** How often a call is tried; 250 times unless given. */
  readonly triesMax?: number
  readonly partitionCount: number
  readonly callerId: string
  readonly row: (partition: number) => PartitionRow | undefined
  /** A member has told a row. */
  readonly adopt: (partition: number, row: PartitionRow) => void
  readonly addressOf: (memberId: string) => Address | undefined
  /** Runs a call on this very process; false when it is not `memberId`. */
  readonly runHere?: (memberId: string, id: number, invocation: Invocation) => boolean
  /** Takes back a call that runs here and waits. */
  readonly cancelHere?: (id: number) => void
}

/** hazelcast.invocation.max.retry.count */
const TRIES_MAX = 250
const TOTAL_MS = 60_000
const PAUSE_MIN_MS = 1
const PAUSE_MAX_MS = 500
const LOOK_MS = 1000
const DIAL_TIMEOUT_MS = 5000
const ID_MAX = 0xffff_ffff

/** A call that has not ended. */
interface Call {
  readonly invocation: Invocation
  readonly resolve: (result: ByteSource) => void
  readonly reject: (error: unknown) => void
  readonly deadlineMs: number
  tries: number
  /** Set while it is with a member. */
  id: number
  peer: CallPeer | undefined
  memberId: string | undefined
  /** Set while it waits to be tried again. */
  retryAtMs: number
  /** Why it was not served, for the error at the end. */
  reason: string
  isUnsafe: boolean
  /** Nobody is known to hold the partition. */
  isHomeless: boolean
  isOver: boolean
  release: (() => void) | undefined
}

class InvokerOfCalls implements Invoker {
  readonly #options: InvokerOptions
  readonly #sink = new ByteSink(1024)
  readonly #source = new ByteSource(new Uint8Array(0))
  /** With a member, by id. */
  readonly #flying = new Map<number, Call>()
  readonly #resting = new Set<Call>()
  readonly #dials = new Set<string>()
  readonly #stops: readonly (() => void)[]
  #lastId = 0
  #timer: Timer | undefined
  #timerMs = Infinity
  #closedBy: EngineError | undefined

  constructor(options: InvokerOptions) {
    this.#options = options
    const { messenger } = options
    this.#stops = [
      messenger.onAnswer((peer, id, body) => this.#onAnswer(peer, id, body)),
      messenger.onCallPeerLost((peer) => this.#lose((call) => call.peer === peer)),
    ]
  }

  get partitionCount(): number {
    return this.#options.partitionCount
  }

  get callerId(): string {
    return this.#options.callerId
  }

  underWay(): number {
    return this.#flying.size + this.#resting.size
  }

  invoke(invocation: Invocation): Promise<ByteSource> {
    return new Promise((resolve, reject) => {
      const { signal, waitMs = 0 } = invocation
      const { totalMs = TOTAL_MS } = this.#options
      if (this.#closedBy !== undefined || signal?.aborted === true) {
        reject(this.#closedBy ?? signal?.reason)
        return
      }
      const call: Call = {
        invocation,
        resolve,
        reject,
        deadlineMs: this.#options.clock.monotonic() + totalMs + waitMs,
        tries: 0,
        id: 0,
        peer: undefined,
        memberId: undefined,
        retryAtMs: 0,
        reason: '',
        isUnsafe: false,
        isHomeless: false,
        isOver: false,
        release: undefined,
      }
      if (signal !== undefined) this.#heed(call, signal)
      this.#try(call)
    })
  }

  async invokeOnPartitions(
    partitions: readonly number[],
    invocation: Omit<Invocation, 'partition'>,
  ): Promise<Map<number, ByteSource>> {
    const results = await this.invokeAll(
      partitions.map((partition) => ({ ...invocation, partition })),
    )
    return new Map(partitions.map((partition, at) => [partition, results[at]!]))
  }

  invokeAll(invocations: readonly Invocation[]): Promise<ByteSource[]> {
    return Promise.all(invocations.map((invocation) => this.invoke(invocation)))
  }

  onRow(partition: number): void {
    this.#tryAll((call) => call.invocation.partition === partition)
  }

  onLocalAnswer(id: number, head: Uint8Array, body: Piece): void {
    const call = this.#flying.get(id)
    if (call !== undefined) this.#ended(call, head[0]!, body, body.start)
  }

  memberGone(memberId: string): void {
    this.#lose((call) => call.memberId === memberId)
  }

  close(): void {
    this.#closedBy = new EngineError('GRD-001', 'This member or client is closing')
    for (const stop of this.#stops) stop()
    this.#timer?.cancel()
    this.#timer = undefined
    for (const call of this.#resting) this.#fail(call, this.#closedBy)
    for (const call of this.#flying.values()) {
      if (call.invocation.isIdempotent) this.#fail(call, this.#closedBy)
      else this.#doubt(call)
    }
  }

  #heed(call: Call, signal: AbortSignal): void {
    const onAbort = (): void => {
      if (call.peer !== undefined) {
        this.#sink.reset()
        this.#sink.u32(call.id)
        call.peer.call(GRID_KINDS.cancel, 0, this.#sink.view())
      } else if (call.memberId !== undefined) this.#options.cancelHere?.(call.id)
      this.#fail(call, signal.reason)
    }
    signal.addEventListener('abort', onAbort)
    call.release = () => signal.removeEventListener('abort', onAbort)
  }

  #tryAll(isMeant: (call: Call) => boolean): void {
    if (this.#resting.size === 0) return
    // A call that still cannot be sent goes back to those that rest.
    const meant = Array.from(this.#resting).filter(isMeant)
    for (const call of meant) this.#try(call)
  }

  #try(call: Call): void {
    this.#resting.delete(call)
    if (call.isOver) return
    const { row, addressOf, messenger, runHere } = this.#options
    const { invocation } = call
    const known = row(invocation.partition)
    const memberId = known === undefined ? undefined : primaryOf(known)
    call.isHomeless = memberId === undefined
    if (memberId === undefined) {
      this.#rest(call, `no member holds partition ${invocation.partition}`)
      return
    }
    call.tries += 1
    this.#lastId = this.#lastId >= ID_MAX ? 1 : this.#lastId + 1
    call.id = this.#lastId
    call.memberId = memberId
    call.peer = undefined
    this.#flying.set(call.id, call)
    if (runHere?.(memberId, call.id, invocation) === true) {
      if (this.#flying.has(call.id)) this.#watch(call.deadlineMs)
      return
    }
    const address = addressOf(memberId)
    const peer = address === undefined ? undefined : messenger.callPeer(address)
    if (peer === undefined) {
      this.#flying.delete(call.id)
      this.#rest(call, `member ${memberId} cannot be reached`)
      if (address !== undefined) this.#dial(address)
      return
    }
    call.peer = peer
    this.#sink.reset()
    writeCall(this.#sink, invocation)
    peer.call(GRID_KINDS.call, call.id, this.#sink.view())
    this.#watch(call.deadlineMs)
  }

  /** One dial at a time for a member; then all that rest are tried again. */
  #dial(address: Address): void {
    const key = addressKey(address)
    if (this.#dials.has(key)) return
    this.#dials.add(key)
    this.#options.messenger.reachCallPeer(address, DIAL_TIMEOUT_MS).then(
      () => {
        this.#dials.delete(key)
        this.#tryAll(() => true)
      },
      () => this.#dials.delete(key),
    )
  }

  /** It has surely not run: it is tried again after a pause that grows, or when the row changes. */
  #rest(call: Call, reason: string): void {
    const nowMs = this.#options.clock.monotonic()
    call.reason = reason
    call.memberId = undefined
    call.peer = undefined
    if (call.tries >= (this.#options.triesMax ?? TRIES_MAX) || nowMs >= call.deadlineMs) {
      this.#expire(call)
      return
    }
    const pauseMs = Math.min(PAUSE_MAX_MS, PAUSE_MIN_MS * 2 ** Math.min(call.tries, 10))
    call.retryAtMs = Math.min(call.deadlineMs, nowMs + pauseMs)
    this.#resting.add(call)
    this.#watch(call.retryAtMs)
  }

  #onAnswer(peer: CallPeer, id: number, body: Piece): void {
    const call = this.#flying.get(id)
    if (call === undefined || call.peer !== peer) return
    this.#ended(call, body.memory[body.start]!, body, body.start + 1)
  }

  #ended(call: Call, outcome: number, { memory, end }: Piece, start: number): void {
    this.#flying.delete(call.id)
    if (call.isOver) return
    this.#source.reset(memory, start, end)
    switch (outcome) {
      case OUTCOMES.done:
        this.#release(call)
        call.resolve(new ByteSource(memory.slice(start, end)))
        break
      case OUTCOMES.refused:
        this.#fail(call, readRefusal(this.#source))
        break
      case OUTCOMES.notHere:
        this.#elsewhere(call)
        break
      case OUTCOMES.unsafe:
        call.isUnsafe = true
        this.#rest(call, 'this side of a split has no majority')
        break
      case OUTCOMES.busy:
        this.#rest(call, 'too much waits there')
        break
      default:
        this.#doubt(call)
    }
  }

  #elsewhere(call: Call): void {
    const asked = this.#options.row(call.invocation.partition)
    const { partition, row } = readNotHere(this.#source)
    // It is tried again below; not twice because the row is taken.
    if (row !== undefined) this.#options.adopt(partition, row)
    const isNews = this.#options.row(call.invocation.partition) !== asked
    call.isUnsafe = false
    if (isNews) this.#try(call)
    else this.#rest(call, `partition ${partition} is moving`)
  }

  /** Nobody knows whether it has run. */
  #doubt(call: Call): void {
    this.#flying.delete(call.id)
    if (call.invocation.isIdempotent) {
      this.#rest(call, 'its answer was lost')
      return
    }
    const text = `${describe(call)} may or may not have run: its answer was lost`
    this.#fail(call, new EngineError('GRD-002', text))
  }

  #lose(isLost: (call: Call) => boolean): void {
    for (const call of this.#flying.values()) if (isLost(call)) this.#doubt(call)
  }

  #expire(call: Call): void {
    const text = `${describe(call)} was not answered in time: ${call.reason}`
    const code = call.isUnsafe ? 'GRD-004' : call.isHomeless ? 'GRD-003' : 'GRD-001'
    this.#fail(call, new EngineError(code, text, { retry: 'backoff' }))
  }

  #release(call: Call): void {
    call.isOver = true
    call.release?.()
  }

  #fail(call: Call, error: unknown): void {
    this.#flying.delete(call.id)
    this.#resting.delete(call)
    if (call.isOver) return
    this.#release(call)
    call.reject(error)
  }

  /** One timer for all calls. */
  #watch(atMs: number): void {
    if (this.#closedBy !== undefined) return
    const { clock } = this.#options
    const nowMs = clock.monotonic()
    const dueMs = Math.min(atMs, nowMs + LOOK_MS)
    if (dueMs >= this.#timerMs) return
    this.#timer?.cancel()
    this.#timerMs = dueMs
    this.#timer = clock.timer(Math.max(0, dueMs - nowMs), () => this.#look())
  }

  #look(): void {
    this.#timer = undefined
    this.#timerMs = Infinity
    const nowMs = this.#options.clock.monotonic()
    this.#tryAll((call) => nowMs >= call.retryAtMs)
    for (const call of this.#flying.values()) {
      if (nowMs < call.deadlineMs) continue
      if (call.invocation.isIdempotent) {
        call.reason = 'no answer came'
        this.#expire(call)
      } else this.#doubt(call)
    }
    for (const call of this.#resting) this.#watch(call.retryAtMs)
    if (this.#flying.size > 0) this.#watch(nowMs + LOOK_MS)
  }
}

const describe = ({ invocation: { serviceId, operation, name } }: Call): string =>
  `Operation ${operation} of service ${serviceId} on "${name}"`

export const createInvoker = (options: InvokerOptions): Invoker => new InvokerOfCalls(options)
