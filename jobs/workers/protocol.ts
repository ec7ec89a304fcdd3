import type { GroupDeployment, TaskCommand, TaskReport } from '../tasks/index.ts'

/** One attempt at running a pipeline. */
export interface ExecutionId {
  readonly jobId: string
  readonly pipelineId: number
  /** Rises with every attempt, also under another coordinator: a task host ends what is older. */
  readonly epoch: number
}

/** A task of an execution: by its vertex, or by its instance. */
export type TaskName = `enumerator ${number}` | `committer ${number}` | `group ${number}`

/** The id of the member on which each task of an execution runs. JSON-safe. */
export type TaskPlaces = { readonly [task in TaskName]?: string }

/** An edge between two instances, as the coordinator plans it. */
export interface EdgePlan {
  readonly edgeIndex: number
  readonly from: number
  readonly to: number
  /** Both instances are on one member. */
  readonly link: { readonly kind: 'ring' } | StreamLink
}

export interface StreamLink {
  readonly kind: 'stream'
  /** Proves to the receiver who connects. */
  readonly token: string
  /** Where the receiver listens; told to the sender only. */
  readonly address?: { readonly host: string; readonly port: number }
}

/** What a coordinator tells a task; the memory of rings is the task host's to add. */
export type RemoteCommand =
  | Exclude<TaskCommand, { readonly kind: 'deployGroup' | 'listen' | 'close' | 'chunkArrived' }>
  | { readonly kind: 'listen'; readonly tokens: readonly string[] }
  | ({ readonly kind: 'deployGroup'; readonly edges: readonly EdgePlan[] } & Omit<
      GroupDeployment,
      'rings' | 'streams' | 'exchange'
    >)

/** What a task host tells a new coordinator of a task: all that the one before may not have heard. */
export interface TaskStatus {
  readonly task: TaskName
  readonly deployed: boolean
  readonly drained: boolean
  /** The last checkpoint that it was triggered for; 0 for none. */
  readonly triggeredId: number
  /** The last checkpoint that it was told to be complete; 0 for none. */
  readonly completedId: number
  /** What must not be lost: acknowledgements of the last checkpoint, counts, a failure; in order. */
  readonly retained: readonly TaskReport[]
}

/** From a coordinator to a task host. */
export type HostCommand =
  /** Starts isolates for the tasks that `places` puts on this member; answered by `begun`. */
  | {
      readonly kind: 'begin'
      readonly places: TaskPlaces
      /** The content hash of the job's code, where it has any. */
      readonly bundle: string | null
      /** Puts the states of operators into the grid, where it can. */
      readonly keepsStates: boolean
    }
  /** Takes over from another coordinator; answered by `attached`. */
  | { readonly kind: 'attach' }
  | { readonly kind: 'task'; readonly task: TaskName; readonly command: RemoteCommand }
  /** Ends all tasks of the execution; answered by `ended`. */
  | { readonly kind: 'end'; readonly abort: boolean }

/** From a task host to a coordinator. */
export type HostReport =
  | { readonly kind: 'task'; readonly task: TaskName; readonly report: TaskReport }
  | { readonly kind: 'begun' }
  | { readonly kind: 'attached'; readonly tasks: readonly TaskStatus[] }
  | { readonly kind: 'ended' }
  /** The execution has no tasks here, though it was not told to end. */
  | { readonly kind: 'gone'; readonly reason: string }

/** The way from a coordinator to the tasks of one execution on one member. Nothing is lost or reordered. */
export interface HostLink {
  send(command: HostCommand): void
  /** Reports do not come any more; the tasks go on. */
  close(): void
}

export interface HostLinkEvents {
  readonly onReport: (report: HostReport) => void
  /** The member is gone or cannot be reached: what it was told may not have been done. Called once. */
  readonly onLost: (error: Error) => void
}

/** Leads to the task hosts of all workers. */
export interface TaskHosts {
  /** `member` is an id, as in the places. Never throws: what is wrong comes as `onLost`. */
  open(member: string, execution: ExecutionId, events: HostLinkEvents): HostLink
  /** Ends what is left of an execution on a member that was lost, as soon as it is reached again. */
  endLater(member: string, execution: ExecutionId): void
  /** How errors name a member, such as `10.0.0.2:5801`. */
  nameOf(member: string): string
}
