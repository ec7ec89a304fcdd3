/** What this member holds and does, for the page of its state. */
export interface GridStatistics {
  /** Operations that ran here. */
  readonly calls: number
  /** Calls that wait, such as for an element. */
  readonly parked: number
  /** Calls that this member has made itself and that have not ended. */
  readonly underWay: number
  /** Structures of which something is held here. */
  readonly structures: number
  /** What backups have not acknowledged. */
  readonly unacknowledgedBytes: number
  /** Fragments copied to other members. */
  readonly copied: number
  /** Backups that had silently become different. */
  readonly repaired: number
  /** Events that slow subscribers have missed from here. */
  readonly droppedEvents: number
  /** Events that subscribers of this process have missed. */
  readonly missedEvents: number
}
