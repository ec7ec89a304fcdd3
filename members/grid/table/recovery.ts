/** What a member has kept of a partition over a stop of the whole cluster. */
export interface KeptCopy {
  readonly partition: number
  /** Of the last row by which it was held. */
  readonly version: number
  /** 0 for the primary of that row, 1 for its first backup and so on. */
  readonly place: number
  /** Whether it is known to have been all that the primary of that row had. */
  readonly isComplete: boolean
  /** Of its last change. */
  readonly sequence: number
}

/** What a member brings along when all members were stopped. */
export interface Recovery {
  /** Before it resolves this member neither knows nor tells anything. */
  readonly ready: Promise<void>
  copies(): readonly KeptCopy[]
  /** The addresses of the members that held data when it last looked. */
  expected(): readonly string[]
}

/**
 * Which of two copies to go on with: negative for the left one. A part is the last choice; then the
 * newer row counts. By the same row a holder before another one has all that the other has, of more
 * structures.
 */
export const compareCopies = (left: KeptCopy, right: KeptCopy): number =>
  Number(right.isComplete) - Number(left.isComplete) ||
  right.version - left.version ||
  left.place - right.place ||
  right.sequence - left.sequence
