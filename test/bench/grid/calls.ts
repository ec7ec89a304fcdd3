import { toData, partitionOf } from '../../../members/grid/data/index.ts'
import { ByteSink } from '../../../members/grid/bytes/index.ts'
import { GRID_KINDS } from '../../../members/grid/kinds.ts'
import { OUTCOMES, writeCall } from '../../../members/grid/operations/codec.ts'
import { MAP_SERVICE_ID, MapOperation } from '../../../members/grid/structures/map/operations.ts'
import { createFrameDecoder, encodeFrame, FRAME_KINDS } from '../../../members/wire/frames.ts'
import {
  createHandshake,
  HANDSHAKE_FRAME_BYTES_MAX,
  NONCE_BYTES,
  type WireSettings,
} from '../../../members/wire/handshake.ts'
import { countAnswers, type Protocol } from './protocol.ts'

export const MAP_NAME = 'bench'
export const PARTITION_COUNT = 271

/** Before the body of a frame: length, kind, id. */
const HEADER_BYTES = 9
const LENGTH_BYTES = 4
const NO_CONTEXT = 0

const sink = new ByteSink()

/** The text of a key, as Redis gets it too, in Hazelcast's layout. */
export const keyData = (key: number): Uint8Array => toData(`key-${key}`)

const argumentsOf = (key: Uint8Array, value: Uint8Array | undefined): Uint8Array => {
  sink.reset()
  sink.bytes(key)
  if (value !== undefined) {
    sink.f64(NO_CONTEXT)
    sink.bytes(value)
    // No lifetime of its own.
    sink.flag(false)
  }
  return sink.copy()
}

const sizeOf = (bytes: Uint8Array, at: number): number => {
  if (at + HEADER_BYTES >= bytes.length) return -1
  const kind = bytes[at + LENGTH_BYTES]
  const outcome = bytes[at + HEADER_BYTES]
  if (kind !== FRAME_KINDS.answer || outcome !== OUTCOMES.done) {
    throw new Error(`The member refuses: a frame of kind ${kind}, outcome ${outcome}`)
  }
  const counted =
    (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!
  return LENGTH_BYTES + counted
}

/** Calls of the map in the protocol of members, as a client makes them. */
export const callsOf = (settings: WireSettings): Protocol => ({
  request: (operation, key, value, id) => {
    const data = keyData(key)
    const text = operation === 'set' ? toData(new TextDecoder().decode(value)) : undefined
    const given = argumentsOf(data, text)
    sink.reset()
    sink.u16(GRID_KINDS.call)
    writeCall(sink, {
      serviceId: MAP_SERVICE_ID,
      operation: operation === 'get' ? MapOperation.get : MapOperation.set,
      name: MAP_NAME,
      partition: partitionOf(data, PARTITION_COUNT),
      arguments: given,
      isIdempotent: true,
    })
    return encodeFrame(FRAME_KINDS.call, id, sink.view())
  },
  greet: (socket) => {
    const id = crypto.randomUUID()
    const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES))
    const identity = { id, address: { host: id, port: 0 } }
    const handshake = createHandshake('dialer', settings, identity, nonce)
    let isAgreed = false
    const take = (step: ReturnType<typeof handshake.start>): void => {
      for (const bytes of step.send) socket.write(bytes)
      if (step.refused !== undefined) throw step.refused
      isAgreed = step.agreed !== undefined
    }
    const decoder = createFrameDecoder(
      HANDSHAKE_FRAME_BYTES_MAX,
      (frame) => take(handshake.receive(frame)),
      () => {},
    )
    return {
      start: () => {
        take(handshake.start())
        return isAgreed
      },
      receive: (bytes) => {
        decoder.push(bytes)
        return isAgreed
      },
    }
  },
  createCounter: () => countAnswers(sizeOf),
})
