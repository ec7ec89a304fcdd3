/** What a peer may cost us. Who asks for more is cut off. */
export interface WireLimits {
  /** The longest frame of a member; strangers get HANDSHAKE_FRAME_BYTES_MAX. */
  readonly frameBytesMax: number
  /** A dial that nobody answered by then has failed. */
  readonly dialTimeoutMs: number
  /** A connection that has not agreed by then is closed. */
  readonly handshakeTimeoutMs: number
  /** Accepted connections that have not agreed yet; more are closed at once. */
  readonly strangersMax: number
  /** What waits to be sent to one peer, in memory. */
  readonly queuedBytesMax: number
  /** A peer that takes nothing of what waits for so long is given up. */
  readonly stalledMs: number
  /** Requests of one peer that are being served at once; more are refused. */
  readonly requestsMax: number
  /** Open streams that one peer writes; more are refused. */
  readonly streamsMax: number
  /** How far a stream may run ahead of its reader. */
  readonly streamCreditBytes: number
}

export const DEFAULT_LIMITS: WireLimits = {
  frameBytesMax: 16 * 1024 * 1024,
  dialTimeoutMs: 5000,
  handshakeTimeoutMs: 5000,
  strangersMax: 256,
  queuedBytesMax: 64 * 1024 * 1024,
  stalledMs: 30_000,
  requestsMax: 10_000,
  streamsMax: 1024,
  streamCreditBytes: 1024 * 1024,
}
