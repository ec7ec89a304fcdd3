/** Kinds of the grid on the wire (u16), beside those of the table. */
export const GRID_KINDS = {
  /** A call of an operation. */
  call: 20,
  /** Whoever called no longer waits: a call that waits is taken back. */
  cancel: 21,
  /** What backups repeat. */
  replicate: 25,
  /** How far the entries of a member have come. */
  acknowledge: 26,
  /** Asks whether a client has a connection there. */
  hasClient: 27,
  /** A client is gone for good. */
  clientGone: 28,
  /** A client says good-bye. */
  clientLeaves: 29,
  subscribe: 40,
  unsubscribe: 41,
  events: 42,
  /** How much of the events a subscriber has dealt with. */
  heard: 43,
} as const
