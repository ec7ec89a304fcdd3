import { WireFault } from '../../../wire/index.ts'
import { ByteSink, ByteSource } from '../../bytes/index.ts'
import { itemCodec, type ItemCodec } from '../proxy.ts'

export interface ReliableMessage<T> {
  readonly message: T
  /** By the clock of who published it, in milliseconds since 1970. */
  readonly publishedAtMs: number
}

/** Hazelcast's way of writing objects of its own: a factory, and a class of it. */
const IDENTIFIED_TYPE = -2
const IS_IDENTIFIED = 1
const TOPIC_FACTORY = -9
const MESSAGE_CLASS = 2
const NULL_TYPE = 0

const sink = new ByteSink()

const readClass = (source: ByteSource): void => {
  source.u8()
  source.i32()
  source.i32()
}

/** Passes over the address of the publisher: null, or a port, a kind and a host. */
const passAddress = (source: ByteSource): void => {
  const type = source.i32()
  if (type === NULL_TYPE) return
  if (type !== IDENTIFIED_TYPE) throw new WireFault('A message has no address of its publisher')
  readClass(source)
  source.i32()
  source.u8()
  source.text()
}

/** Messages as Hazelcast keeps them in the ringbuffer of a reliable topic. */
export const messageCodec = <T>(payloadCodec = itemCodec<T>()): ItemCodec<ReliableMessage<T>> => ({
  toItem({ message, publishedAtMs }) {
    const payload = payloadCodec.toItem(message)
    sink.reset()
    sink.i32(0)
    sink.i32(IDENTIFIED_TYPE)
    sink.u8(IS_IDENTIFIED)
    sink.i32(TOPIC_FACTORY)
    sink.i32(MESSAGE_CLASS)
    sink.i64(BigInt(Math.floor(publishedAtMs)))
    sink.i32(NULL_TYPE)
    sink.bytes(payload)
    return sink.copy()
  },
  fromItem(bytes) {
    const source = new ByteSource(bytes)
    source.i32()
    if (source.i32() !== IDENTIFIED_TYPE) throw new WireFault('That is no message of a topic')
    readClass(source)
    const publishedAtMs = Number(source.i64())
    passAddress(source)
    return { publishedAtMs, message: payloadCodec.fromItem(source.bytes()) }
  },
})
