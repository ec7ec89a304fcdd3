import type { Address, Clock, Timer } from '../../../runtime/host/index.ts'
import type { CallPeer, Messenger } from '../../wire/index.ts'
import { ByteSink } from '../bytes/index.ts'
import { GRID_KINDS } from '../kinds.ts'
import type { Pending } from './state.ts'

/** Entries of one turn, sent as one message and acknowledged together. */
interface Batch {
  readonly number: number
  /** The whole message. */
  readonly bytes: Uint8Array
  /** What waits for it. */
  readonly waits: (Pending | undefined)[]
  /** How much of it is copies of fragments. */
  readonly copyBytes: number
}

/**
 * All that one member has to repeat of another one: in order, kept until it is acknowledged, sent
 * again after a broken connection.
 */
export interface Outgoing {
  readonly targetId: string
  /** Bytes that are not acknowledged; beyond UNACKNOWLEDGED_BYTES_MAX no change should be added. */
  readonly unacknowledgedBytes: number
  /** Bytes of copies that are not acknowledged. */
  readonly copyBytes: number
  /** Where the next entry is written; call `wrote` after each. */
  readonly sink: ByteSink
  wrote(pending: Pending | undefined, copyBytes: number): void
  /** The target has taken all up to this number. */
  acknowledged(number: number): void
  /** Nothing of these waits for the target any more; `release` is called for each. */
  release(isMeant: (pending: Pending) => boolean, release: (pending: Pending) => void): void
  /** The target is, or is again, in the list of members. */
  reachAt(address: Address): void
  /** Sends nothing any more. What waits, waits until it is released. */
  close(): void
  readonly isClosed: boolean
  /** Whether anything waits for the target. */
  readonly isAwaited: boolean
}

export interface OutgoingOptions {
  readonly clock: Clock
  readonly messenger: Messenger
  readonly selfId: string
  readonly targetId: string
  /** Undefined while the list of members does not have it. */
  readonly address: Address | undefined
  /** Called for each that waited for a batch, when it is acknowledged. */
  readonly onAcknowledged: (pending: Pending) => void
  /** Called after acknowledgements: there is room for more. */
  readonly onRoom: () => void
}

/** What one member may owe another one; then its changes are refused. */
export const UNACKNOWLEDGED_BYTES_MAX = 32 * 1024 * 1024
/** So much is on its way at once; the rest waits here. */
const WINDOW_BYTES = 4 * 1024 * 1024
/** Larger messages gain nothing. */
const BATCH_BYTES_MAX = 256 * 1024
/** A longer message is sent from where it was written; a shorter one is copied out. */
const HANDED_BYTES_MIN = 64 * 1024
/** Room for such a message: it is longer than BATCH_BYTES_MAX by one entry. */
const ROOM_BYTES = 2 * BATCH_BYTES_MAX
/** So many pieces of memory of such messages are used again, all alike. */
const SPARES_MAX = 6
/** So many are kept when nothing is under way. */
const SPARES_IDLE_MAX = 2
const RESEND_MS = 500
/** A member in the list that has not begun to listen yet will in a moment: it is asked again soon. */
const RESEND_FIRST_MS = 20
const RESEND_MAX_MS = 4000
const CONNECT_TIMEOUT_MS = 5000
const NUMBER_AT = 0
const BASE_AT = 8
const F64_BYTES = 8

class OutgoingChannel implements Outgoing {
  readonly #options: OutgoingOptions
  readonly sink = new ByteSink(1024)
  #waits: (Pending | undefined)[] = []
  #openCopyBytes = 0
  #isFlushPlanned = false
  readonly #head: Uint8Array
  /** Memory of long messages that have been acknowledged. */
  #spares: Uint8Array[] = []
  /** Not acknowledged, oldest first; those before `#sent` are on their way. */
  #batches: Batch[] = []
  #sent = 0
  #sentBytes = 0
  #lastNumber = 0
  #peer: CallPeer | undefined
  #isConnecting = false
  #resend: Timer | undefined
  #resendMs = RESEND_FIRST_MS
  /** Something was acknowledged since the timer was made. */
  #hasProgress = false
  #address: Address | undefined
  isClosed = false
  unacknowledgedBytes = 0
  copyBytes = 0

  constructor(options: OutgoingOptions) {
    this.#options = options
    this.#address = options.address
    this.sink.f64(0)
    this.sink.f64(0)
    this.sink.text(options.selfId)
    this.sink.text(options.targetId)
    this.#head = this.sink.copy()
  }

  get targetId(): string {
    return this.#options.targetId
  }

  wrote(pending: Pending | undefined, copyBytes: number): void {
    if (pending !== undefined) this.#waits.push(pending)
    this.#openCopyBytes += copyBytes
    this.copyBytes += copyBytes
    if (this.sink.length >= BATCH_BYTES_MAX) this.#flush()
    else if (!this.#isFlushPlanned) {
      this.#isFlushPlanned = true
      void this.#flushSoon()
    }
  }

  /** Once all that has arrived meanwhile has run, over whatever connection: its changes go together. */
  async #flushSoon(): Promise<void> {
    await this.#options.clock.yield()
    this.#isFlushPlanned = false
    this.#flush()
  }

  acknowledged(number: number): void {
    let count = 0
    while (count < this.#batches.length && this.#batches[count]!.number <= number) count += 1
    if (count === 0) return
    const taken = this.#batches.splice(0, count)
    for (const batch of taken) {
      this.unacknowledgedBytes -= batch.bytes.length
      this.copyBytes -= batch.copyBytes
      if (this.#sent > 0) {
        this.#sent -= 1
        this.#sentBytes -= batch.bytes.length
      }
    }
    this.#hasProgress = true
    if (this.#resendMs !== RESEND_MS) {
      this.#resendMs = RESEND_MS
      this.#watch()
    }
    for (const batch of taken) {
      this.#keepSpare(batch.bytes)
      for (const pending of batch.waits) {
        if (pending !== undefined) this.#options.onAcknowledged(pending)
      }
    }
    this.#pump()
    this.#options.onRoom()
    if (this.#batches.length === 0)
      this.#spares.length = Math.min(this.#spares.length, SPARES_IDLE_MAX)
  }

  release(isMeant: (pending: Pending) => boolean, release: (pending: Pending) => void): void {
    const of = (waits: (Pending | undefined)[]): void => {
      for (let index = 0; index < waits.length; index += 1) {
        const pending = waits[index]
        if (pending === undefined || !isMeant(pending)) continue
        waits[index] = undefined
        release(pending)
      }
    }
    for (const batch of this.#batches) of(batch.waits)
    of(this.#waits)
  }

  get isAwaited(): boolean {
    const isOpen = (pending: Pending | undefined): boolean => pending?.isSettled === false
    return this.#waits.some(isOpen) || this.#batches.some(({ waits }) => waits.some(isOpen))
  }

  reachAt(address: Address): void {
    if (this.#address !== undefined) return
    this.#address = address
    this.#pump()
  }

  close(): void {
    this.isClosed = true
    this.#spares = []
    this.#resend?.cancel()
    this.#resend = undefined
  }

  #flush(): void {
    if (this.sink.length === this.#head.length) return
    this.#lastNumber += 1
    const bytes = this.#takeWritten()
    new DataView(bytes.buffer, bytes.byteOffset).setFloat64(NUMBER_AT, this.#lastNumber)
    this.#batches.push({
      number: this.#lastNumber,
      bytes,
      waits: this.#waits,
      copyBytes: this.#openCopyBytes,
    })
    this.unacknowledgedBytes += bytes.length
    this.#waits = []
    this.#openCopyBytes = 0
    this.#pump()
  }

  /** What was written, until now; the sink begins anew. */
  #takeWritten(): Uint8Array {
    // Where much waits, none of it may take more memory than it is long.
    if (this.sink.length < HANDED_BYTES_MIN || this.#batches.length >= SPARES_MAX) {
      const bytes = this.sink.copy()
      this.sink.reset(this.#head.length)
      return bytes
    }
    const bytes = this.sink.handOver(this.#spares.pop() ?? new Uint8Array(ROOM_BYTES))
    this.sink.raw(this.#head)
    return bytes
  }

  #keepSpare({ buffer }: Uint8Array): void {
    const isRoom = buffer.byteLength === ROOM_BYTES
    if (isRoom && this.#spares.length < SPARES_MAX) this.#spares.push(new Uint8Array(buffer))
  }

  /** Sends what the window allows. */
  #pump(): void {
    if (this.isClosed || this.#sent === this.#batches.length) return
    const peer = this.#connected()
    if (peer === undefined) return
    const base = this.#batches[0]!.number
    while (this.#sent < this.#batches.length && this.#sentBytes < WINDOW_BYTES) {
      const { bytes } = this.#batches[this.#sent]!
      new DataView(bytes.buffer, bytes.byteOffset + BASE_AT, F64_BYTES).setFloat64(0, base)
      peer.send(GRID_KINDS.replicate, bytes)
      this.#sent += 1
      this.#sentBytes += bytes.length
    }
    if (this.#resend === undefined) this.#watch()
  }

  #connected(): CallPeer | undefined {
    if (this.#peer?.isOpen === true) return this.#peer
    const { messenger } = this.#options
    const address = this.#address
    if (address === undefined) return undefined
    const found = messenger.callPeer(address)
    if (found !== undefined) {
      this.#peer = found
      // What went over another connection may be lost.
      this.#rewind()
      return found
    }
    if (!this.#isConnecting) {
      this.#isConnecting = true
      messenger.reachCallPeer(address, CONNECT_TIMEOUT_MS).then(
        () => {
          this.#isConnecting = false
          this.#pump()
        },
        () => {
          this.#isConnecting = false
          this.#watch()
        },
      )
    }
    return undefined
  }

  #rewind(): void {
    this.#sent = 0
    this.#sentBytes = 0
  }

  /** Sends again when nothing is acknowledged for a while: one timer, not one for each answer. */
  #watch(): void {
    this.#resend?.cancel()
    this.#resend = undefined
    this.#hasProgress = false
    if (this.isClosed || this.#batches.length === 0) return
    this.#resend = this.#options.clock.timer(this.#resendMs, () => {
      this.#resend = undefined
      if (this.#hasProgress) {
        this.#watch()
        return
      }
      this.#resendMs = Math.min(RESEND_MAX_MS, this.#resendMs * 2)
      this.#rewind()
      this.#pump()
      if (this.#resend === undefined) this.#watch()
    })
  }
}

export const createOutgoing = (options: OutgoingOptions): Outgoing => new OutgoingChannel(options)
