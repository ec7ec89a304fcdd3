import type { Subscription } from '../../operations/index.ts'
import { callsOf, itemCodec, type ProxyContext } from '../proxy.ts'
import { PUBLISH, TOPIC_SERVICE } from './structure.ts'

export interface TopicMessage<T> {
  readonly message: T
  /** By the clock of who published it, in milliseconds since 1970. */
  readonly publishedAtMs: number
  /** The id of the member or client that published it. */
  readonly publisher: string
}

/**
 * Messages to all who listen at the moment.
 *
 * Promises: each listener gets each message at most once, and all get them in the same order. A
 * message is lost where a member or connection on its way is lost; nothing is kept. Where every
 * message must come, a reliable topic is the thing.
 */
export interface Topic<T> {
  readonly name: string
  publish(message: T): Promise<void>
  publishAll(messages: readonly T[]): Promise<void>
  addMessageListener(listener: (message: TopicMessage<T>) => void): Promise<Subscription>
}

export const createTopic = <T>({ host, invoker }: ProxyContext, name: string): Topic<T> => {
  const { toItem, fromItem } = itemCodec<T>()
  const call = callsOf(invoker, TOPIC_SERVICE, name)

  const publish = async (message: T): Promise<void> => {
    const value = toItem(message)
    await call(PUBLISH, (sink) => {
      sink.f64(host.clock.now())
      sink.text(invoker.callerId)
      sink.raw(value)
    })
  }

  return {
    name,
    publish,
    async publishAll(messages) {
      for (const message of messages) await publish(message)
    },
    addMessageListener: (listener) =>
      invoker.subscribe(TOPIC_SERVICE, name, new Uint8Array(), (event) => {
        const [publishedAtMs, publisher] = [event.f64(), event.text()]
        listener({ publishedAtMs, publisher, message: fromItem(event.rest()) })
      }),
  }
}
