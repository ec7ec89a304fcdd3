export { WireFault } from './bytes.ts'
export type { CallHandler, CallPeer } from './calls.ts'
export { isClient, type MemberIdentity, type WireSettings } from './handshake.ts'
export { DEFAULT_LIMITS, type WireLimits } from './limits.ts'
export type { MessageHandler } from './link.ts'
export {
  type ClientListener,
  type ClientMessenger,
  createClientMessenger,
  createMessenger,
  type Messenger,
  type MessengerCalls,
  type MessengerOptions,
} from './messenger.ts'
export type { PeerEvents } from './peers.ts'
export { bytesOf, copyPiece, copyRange, type MovingPiece, type Piece, pieceOf } from './piece.ts'
export type { IncomingRequest, MessageKind, RequestHandler, RequestOptions } from './requests.ts'
export { subscribe } from './subscribe.ts'
export type { IncomingStream, StreamHandler, StreamHandlers, StreamWriter } from './streams.ts'
