import { EngineError } from '../../../../runtime/errors/index.ts'
import type { Subscription } from '../../operations/index.ts'
import {
  DEFAULT_RELIABLE_TOPIC,
  settingsOf,
  type ByName,
  type ReliableTopicSettings,
} from '../../settings.ts'
import type { Destroyable, ProxyContext } from '../proxy.ts'
import { createRingbuffer, type Overflow } from '../ringbuffer/index.ts'
import { messageCodec, type ReliableMessage } from './message.ts'
import { listen, type ListenerOptions } from './reader.ts'

/** The ringbuffer behind a topic, as Hazelcast names it; its settings are those of that name. */
export const ringbufferNameOf = (topic: string): string => `_hz_rb_${topic}`

const OVERFLOWS: Readonly<Record<ReliableTopicSettings['overloadPolicy'], Overflow>> = {
  BLOCK: 'wait',
  DISCARD_OLDEST: 'overwrite',
  DISCARD_NEWEST: 'fail',
  ERROR: 'fail',
}

/** A message as a listener gets it. */
export interface SequencedMessage<T> extends ReliableMessage<T> {
  /** Its place in the topic: to go on behind it another time. */
  readonly sequence: number
}

export interface ReliableSubscription extends Subscription {
  /** Resolves when no message comes any more: with the reason, undefined after `cancel`. */
  readonly ended: Promise<unknown>
}

/**
 * Messages that are kept for a while in the ringbuffer `_hz_rb_NAME`.
 *
 * Promises: a message that was acknowledged survives the loss of the ringbuffer's `backup-count`
 * members, and each listener gets all messages from where it starts, in one order, each once, as long
 * as it keeps up. One that falls behind by more than the capacity ends (GRD-036), or goes on with a gap
 * if it says that it may. Messages age with the `time-to-live-seconds` of the ringbuffer; only then can
 * the topic be full, and `topic-overload-policy` says what becomes of a new message: BLOCK waits,
 * DISCARD_OLDEST and DISCARD_NEWEST drop one, ERROR rejects with GRD-030.
 */
export interface ReliableTopic<T> extends Destroyable {
  readonly name: string
  publish(message: T, signal?: AbortSignal): Promise<void>
  /** All messages next to each other. */
  publishAll(messages: readonly T[], signal?: AbortSignal): Promise<void>
  /** Resolves when the listener is there: it gets what is published from then on. */
  addMessageListener(
    listener: (message: SequencedMessage<T>) => void,
    options?: ListenerOptions,
  ): Promise<ReliableSubscription>
}

export const createReliableTopic = <T>(
  context: ProxyContext,
  name: string,
  settings: ByName<ReliableTopicSettings> = {},
): ReliableTopic<T> => {
  const { clock } = context.host
  const { overloadPolicy, readBatchSize } = settingsOf(settings, name, DEFAULT_RELIABLE_TOPIC)
  const ringbuffer = createRingbuffer(context, ringbufferNameOf(name), messageCodec<T>())

  const publishAll: ReliableTopic<T>['publishAll'] = async (messages, signal) => {
    if (messages.length === 0) return
    const publishedAtMs = clock.now()
    const items = messages.map((message) => ({ message, publishedAtMs }))
    const sequence = await ringbuffer.addAll(items, OVERFLOWS[overloadPolicy], signal)
    if (sequence >= 0 || overloadPolicy !== 'ERROR') return
    throw new EngineError('GRD-030', `The reliable topic ${name} is full`, { retry: 'backoff' })
  }

  return {
    name,
    publish: (message, signal) => publishAll([message], signal),
    publishAll,
    destroy: () => ringbuffer.destroy(),
    addMessageListener: (listener, options = {}) =>
      listen({ name, clock, ringbuffer, readBatchSize }, listener, options),
  }
}
