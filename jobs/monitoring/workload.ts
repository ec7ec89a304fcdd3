import type { GridActivity } from '../../members/grid/index.ts'
import type { IsolateInfo } from '../workers/index.ts'

/** What a member is busy with, as only its process knows. */
export interface Workload {
  readonly isolates: readonly IsolateInfo[]
  /** Most threads of isolates that there were at once. */
  readonly isolateThreadsPeak: number
  /** Tasks that were begun so far, and those of them that have ended, however. */
  readonly tasks: { readonly begun: number; readonly ended: number }
  /** How many there may be now, and requests for some that were refused so far. */
  readonly slots: { readonly total: number; readonly refusals: number }
  readonly grid: GridActivity
  /** What the process may hold. */
  readonly memoryMaxBytes: number
  /** Connections that stand. */
  readonly connections: { readonly members: number; readonly clients: number }
}

/** Threads that run JavaScript: that of the member, and those of its isolates. */
export const threadCount = ({ isolates }: Workload): number =>
  1 + isolates.filter(({ state }) => state !== 'new').length

export const threadPeak = ({ isolateThreadsPeak }: Workload): number => 1 + isolateThreadsPeak
