import type { ByteSink, ByteSource } from '../bytes/index.ts'

/** Asks a member for events: `id` is the subscriber's own number for it. */
export interface SubscribeRequest {
  readonly id: number
  readonly serviceId: number
  readonly name: string
  readonly filter: Uint8Array
}

export const writeSubscribe = (sink: ByteSink, request: SubscribeRequest): void => {
  sink.u32(request.id)
  sink.u8(request.serviceId)
  sink.text(request.name)
  sink.bytes(request.filter)
}

export const readSubscribe = (source: ByteSource): SubscribeRequest => ({
  id: source.u32(),
  serviceId: source.u8(),
  name: source.text(),
  filter: source.bytes().slice(),
})

/** What a message with events begins with; then come the events: a subscription (u32) and bytes. */
export interface EventsHead {
  /** Which life of the stream of events between the two this is. */
  readonly stream: number
  /** Events that were left out because the subscriber was too slow, in all. */
  readonly dropped: number
}

export const writeEventsHead = (sink: ByteSink, { stream, dropped }: EventsHead): void => {
  sink.f64(stream)
  sink.f64(dropped)
}

export const readEventsHead = (source: ByteSource): EventsHead => ({
  stream: source.f64(),
  dropped: source.f64(),
})

export interface Heard {
  readonly stream: number
  /** Bytes of messages that were dealt with, in all. */
  readonly bytes: number
}

export const writeHeard = (sink: ByteSink, { stream, bytes }: Heard): void => {
  sink.f64(stream)
  sink.f64(bytes)
}

export const readHeard = (source: ByteSource): Heard => ({
  stream: source.f64(),
  bytes: source.f64(),
})
