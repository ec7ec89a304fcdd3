import type { ClientSettings } from '../../members/grid/index.ts'
import type { Address, Tls } from '../../runtime/host/index.ts'
import type { RateLimitOptions } from '../../runtime/isolate/index.ts'
import type { JsonValue } from '../../runtime/config/index.ts'
import type { ErrorCode, Place, Retry } from '../../runtime/errors/index.ts'
import type { TableSchema } from '../../runtime/rows/index.ts'
import type { CommitInfo, Split } from '../connectors/index.ts'
import type { PipelineGraph } from '../code/index.ts'
import type { Plan, Vertex } from '../plan/index.ts'

/** The tables that reach a vertex and that leave it; by vertex id. */
export interface VertexTables {
  readonly input: readonly TableSchema[]
  readonly output: readonly TableSchema[]
}

/** What all tasks of one execution of a pipeline share. */
export interface Execution {
  readonly jobId: string
  /** Rises with every restart: what an older execution says is ignored. */
  readonly epoch: number
  readonly plan: Plan
  /** The ids of the pipeline's vertices. */
  readonly vertexIds: readonly number[]
  readonly tables: { readonly [vertexId: number]: VertexTables }
  readonly exactlyOnce: boolean
  /** For so long the states of a checkpoint give way to rows that wait. */
  readonly statesGiveWayMs: number
  /** A limit a reader. */
  readonly rateLimit: RateLimitOptions
}

/** A connection between two task groups of one member. */
export interface RingEdge {
  readonly edgeIndex: number
  readonly from: number
  readonly to: number
  readonly memory: SharedArrayBuffer
}

/** A connection to a task group of another member. */
export interface StreamEdge {
  readonly edgeIndex: number
  readonly from: number
  readonly to: number
  /** Proves to the receiver who connects. */
  readonly token: string
  /** Where the receiver listens; only its sender needs it. */
  readonly address?: Address
}

/** Where an isolate listens for task groups of other members, and how it reaches them. */
export interface ExchangePlace {
  readonly bindHost: string
  /** What other members dial. */
  readonly publicHost: string
  readonly tls: Tls | undefined
}

export interface RestoredVertex {
  readonly vertexId: number
  /** What `NodeState` was at the checkpoint, for this instance. */
  readonly states: readonly unknown[]
}

export interface GroupDeployment {
  readonly execution: Execution
  readonly instance: number
  readonly rings: readonly RingEdge[]
  readonly streams: readonly StreamEdge[]
  readonly exchange: ExchangePlace
  readonly restored: readonly RestoredVertex[]
}

/** From the coordinator to an isolate. */
export type TaskCommand =
  /** Runs the bundle of the job's code, before anything else is asked. */
  | {
      readonly kind: 'loadCode'
      readonly path: string
      /** Where to show what stage is in; see `Pulse`. */
      readonly pulse: SharedArrayBuffer
      /** What the heap of the isolate may take. */
      readonly heapBytesMax: number
    }
  /** Tells how to reach the grid of the cluster, before anything else is asked. */
  | { readonly kind: 'useGrid'; readonly settings: ClientSettings }
  /** Asks what pipeline the code holds. */
  | { readonly kind: 'describe' }
  /** Loads the plugins of these vertices: what is deployed then starts at once. */
  | { readonly kind: 'load'; readonly vertices: readonly Vertex[] }
  | { readonly kind: 'prepare'; readonly execution: Execution; readonly restoring: boolean }
  /** Listens for the senders of these edges; they may come before the group is deployed. */
  | {
      readonly kind: 'listen'
      readonly tokens: readonly string[]
      readonly exchange: ExchangePlace
    }
  | ({ readonly kind: 'deployGroup' } & GroupDeployment)
  | {
      readonly kind: 'deployEnumerator'
      readonly execution: Execution
      readonly vertexId: number
      readonly state: JsonValue | undefined
      readonly splits: readonly Split[]
    }
  | { readonly kind: 'deployCommitter'; readonly execution: Execution; readonly vertexId: number }
  | { readonly kind: 'requestSplit'; readonly instance: number }
  | {
      readonly kind: 'split'
      readonly vertexId: number
      readonly split: Split | null
      /** The last checkpoint that the enumerator had saved when it granted the split; 0 for none. */
      readonly savedId: number
    }
  | { readonly kind: 'trigger'; readonly checkpointId: number }
  | { readonly kind: 'completed'; readonly checkpointId: number }
  | {
      readonly kind: 'commit'
      readonly checkpointId: number
      readonly infos: readonly CommitInfo[]
    }
  | { readonly kind: 'abortOrphans' }
  /** A chunk of a state has arrived, or was given up; its memory comes back where nobody needs it. */
  | { readonly kind: 'chunkArrived'; readonly memory: ArrayBuffer | null }
  | { readonly kind: 'finish' }
  | { readonly kind: 'drain' }
  | { readonly kind: 'close'; readonly abort: boolean }

/** To an isolate: a command for one of its tasks. */
export interface IsolateCommand {
  readonly channel: number
  readonly command: TaskCommand
}

/** From an isolate: its module is loaded, or what one of its tasks reports. */
export type IsolateReport =
  | { readonly kind: 'started' }
  | { readonly kind: 'task'; readonly channel: number; readonly report: TaskReport }

/** State of a sink at a checkpoint. */
export interface SinkState {
  readonly writer: readonly JsonValue[]
  readonly infos: readonly CommitInfo[]
}

export interface VertexProgress {
  readonly vertexId: number
  readonly rowCount: number
  readonly byteCount: number
  readonly splitsDone: number
}

/** An error on its way between threads. */
export interface TaskError {
  readonly message: string
  readonly code: ErrorCode | undefined
  readonly at: Place | undefined
  readonly retry: Retry
  readonly stack: string | undefined
  /** The vertex in which it happened, where known. */
  readonly vertexName: string | undefined
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** From an isolate to the coordinator. */
export type TaskReport =
  | { readonly kind: 'described'; readonly graph: PipelineGraph }
  /** The names of the stages, by their ids. */
  | { readonly kind: 'codeLoaded'; readonly stages: readonly string[] }
  | { readonly kind: 'prepared'; readonly tables: { readonly [vertexId: number]: VertexTables } }
  | { readonly kind: 'listening'; readonly address: Address }
  | { readonly kind: 'deployed' }
  | { readonly kind: 'requestSplit'; readonly vertexId: number; readonly instance: number }
  | {
      readonly kind: 'granted'
      readonly instance: number
      readonly split: Split | null
      readonly savedId: number
    }
  | { readonly kind: 'enumerated'; readonly checkpointId: number; readonly state: JsonValue }
  | { readonly kind: 'splitCount'; readonly splitCount: number }
  /** The next chunk of an operator's state, before it acknowledges the checkpoint. */
  | {
      readonly kind: 'stateChunk'
      readonly checkpointId: number
      readonly vertexId: number
      readonly chunk: Uint8Array<ArrayBuffer>
    }
  | {
      readonly kind: 'acknowledged'
      readonly checkpointId: number
      readonly states: { readonly [vertexId: number]: unknown }
    }
  | { readonly kind: 'drained' }
  | { readonly kind: 'committed'; readonly checkpointId: number }
  | { readonly kind: 'orphansAborted' }
  | { readonly kind: 'finished' }
  | { readonly kind: 'closed' }
  | {
      readonly kind: 'progress'
      readonly vertices: readonly VertexProgress[]
      readonly rejectedCount: number
    }
  | { readonly kind: 'print'; readonly lines: readonly string[] }
  | { readonly kind: 'log'; readonly level: LogLevel; readonly message: string }
  | { readonly kind: 'failed'; readonly error: TaskError }
