import type { ExecutionId, HostCommand, HostReport, TaskName } from './protocol.ts'
import type { TaskCommand } from '../tasks/index.ts'

/** Kinds of messages between members; 60 and 61 belong to slots. */
export const JOB_KINDS = {
  /** Stream from a coordinator to a worker. */
  commands: 62,
  /** Stream back from the worker. */
  reports: 63,
  /** Request from a task host to another one. */
  relay: 64,
} as const

/** Opens a stream of commands. */
export interface CommandsHeader {
  /** Ties the stream of reports to it. */
  readonly linkId: string
  /** The id of the member that is meant: who joined anew is another one. */
  readonly to: string
  /** The term of the coordinator's master. */
  readonly epoch: number
}

export interface ReportsHeader {
  readonly linkId: string
}

/** Sessions of one link are numbered by the coordinator; each leads to one execution. */
export type CommandMessage =
  | { readonly kind: 'open'; readonly session: number; readonly execution: ExecutionId }
  | { readonly kind: 'command'; readonly session: number; readonly command: HostCommand }
  | { readonly kind: 'close'; readonly session: number }

export type ReportMessage =
  | { readonly kind: 'report'; readonly session: number; readonly report: HostReport }
  /** The worker obeys another coordinator. */
  | { readonly kind: 'refused'; readonly session: number; readonly reason: string }

export interface RelayMessage {
  readonly execution: ExecutionId
  readonly task: TaskName
  readonly command: TaskCommand
}
