import { EngineError } from '../../../../runtime/errors/index.ts'
import { settingsOf, DEFAULT_QUEUE, type ByName, type QueueSettings } from '../../settings.ts'
import { Collection } from '../collection.ts'
import {
  executeOnCollection,
  PAGE_BYTES,
  readsCollection,
  readValues,
  writeOptional,
} from '../collectionCalls.ts'
import type { Fragment, FragmentCall, FragmentContext, Merging, Structure } from '../structure.ts'
import { OPERATIONS, QUEUE_SERVICE } from './operations.ts'

/** Those who wait for something to take, and those who wait for room. */
const ITEMS = 'items'
const ROOM = 'room'

const READS: ReadonlySet<number> = new Set([OPERATIONS.PEEK, OPERATIONS.ROOM])

/**
 * Queues: each lives in the partition of its name. One without elements is forgotten at once, and made
 * anew when it is used: that keeps every `empty-queue-ttl`, and nobody can tell.
 */
export const createQueues = (settings: ByName<QueueSettings>): Structure => ({
  serviceId: QUEUE_SERVICE,
  name: 'queue',
  onlyReads: (operation) => readsCollection(operation) || READS.has(operation),
  createFragment: (context) =>
    new QueueFragment(settingsOf(settings, context.name, DEFAULT_QUEUE), context),
  matches: () => true,
})

class QueueFragment extends Collection implements Fragment {
  readonly #name: string
  readonly #sizeMax: number
  readonly #wake: (key: string, countMax?: number) => void

  constructor(settings: QueueSettings, { name, wake }: FragmentContext) {
    super({ ...settings, isIndexed: false })
    this.#name = name
    this.#sizeMax = settings.sizeMax > 0 ? settings.sizeMax : Infinity
    this.#wake = wake
  }

  execute(call: FragmentCall): void {
    const before = this.length
    if (call.operation === OPERATIONS.OFFER) this.#offer(call)
    else if (call.operation === OPERATIONS.POLL) this.#poll(call)
    else if (call.operation === OPERATIONS.PEEK) {
      writeOptional(call.result, this.length === 0 ? undefined : this.at(0))
    } else if (call.operation === OPERATIONS.DRAIN) this.#drain(call)
    else if (call.operation === OPERATIONS.ADD_ALL) this.#addAll(call)
    else if (call.operation === OPERATIONS.ROOM) call.result.f64(this.#sizeMax - before)
    else executeOnCollection(this, call)
    if (this.length > before) this.#wake(ITEMS, this.length - before)
    else if (this.length < before) this.#wake(ROOM, before - this.length)
  }

  override destroy(call: FragmentCall): void {
    super.destroy(call)
    this.#wake(ROOM)
  }

  override get merging(): Merging {
    const { merge, ...shared } = super.merging
    return {
      ...shared,
      merge: (...given) => {
        const taken = merge(...given)
        if (taken > 0) this.#wake(ITEMS, taken)
        return taken
      },
    }
  }

  #offer(call: FragmentCall): void {
    const waitMs = call.arguments.f64()
    const hasRoom = this.length < this.#sizeMax
    if (!hasRoom && waitMs > 0 && call.turn !== 3) {
      call.park(ROOM, waitMs)
      return
    }
    if (hasRoom) this.append(call.arguments.bytes().slice(), call)
    call.result.flag(hasRoom)
  }

  #poll(call: FragmentCall): void {
    const waitMs = call.arguments.f64()
    if (this.length === 0 && waitMs > 0 && call.turn !== 3) {
      call.park(ITEMS, waitMs)
      return
    }
    writeOptional(call.result, this.length === 0 ? undefined : this.removeAt(0, call))
  }

  #drain(call: FragmentCall): void {
    const { arguments: source, result } = call
    let left = Math.min(source.f64(), this.length)
    for (; left > 0 && result.length < PAGE_BYTES; left -= 1) {
      result.flag(true)
      result.bytes(this.removeAt(0, call))
    }
    result.flag(false)
    result.flag(left > 0)
  }

  /** All or, where there is no room for all, none. */
  #addAll(call: FragmentCall): void {
    const values = readValues(call.arguments)
    if (this.length + values.length > this.#sizeMax) {
      const full = `The queue ${this.#name} holds ${this.length} of ${this.#sizeMax} items`
      const more = `there is no room for ${values.length} more`
      throw new EngineError('GRD-030', `${full}: ${more}`, { retry: 'backoff' })
    }
    for (const value of values) this.append(value.slice(), call)
  }
}
