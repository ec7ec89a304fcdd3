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
  subscribe: 40,
  event: 41,
} as const
