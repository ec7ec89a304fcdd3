// Nothing here imports anything outside this folder: the bundle of a job carries it along.

/** Options of a connector, as a job file writes them. */
export type ConnectorOptions = Readonly<Record<string, unknown>>

/** Where rows come from: a connector by its name, or code of the job. */
export type SourceSpec =
  | { readonly kind: 'connector'; readonly plugin: string; readonly options: ConnectorOptions }
  | { readonly kind: 'code'; readonly source: CodeSource }

/** A source in code: what `SourceBuilder` builds. */
export interface CodeSource {
  readonly name: string
  readonly isBatch: boolean
  /** One instance for each degree of parallelism, or one in all. */
  readonly isDistributed: boolean
  readonly create: (context: SourceContext) => unknown
  readonly fillBuffer: (state: never, buffer: SourceBuffer<never>) => void | Promise<void>
  readonly createSnapshot: ((state: never) => unknown) | undefined
  readonly restoreSnapshot: ((state: never, saved: never) => void) | undefined
  readonly destroy: ((state: never) => void | Promise<void>) | undefined
}

export interface SourceContext {
  /** Which of the instances this is, from 0. */
  readonly instance: number
  readonly parallelism: number
}

export interface SourceBuffer<Item> {
  add(item: Item): void
  /** How many items were added in this call. */
  size(): number
  /** No more items will come: for batch sources. */
  close(): void
}

/** Where rows go. */
export interface SinkSpec {
  readonly plugin: string
  readonly options: ConnectorOptions
}

/** Running values for one key: what `rollingAggregate` keeps. */
export interface Aggregate<Item, State, Result> {
  readonly create: () => State
  /** The state after an item; it may change and return the state that it is given. */
  readonly accumulate: (state: State, item: Item) => State
  readonly finish: (state: State) => Result
}

/** One step of a pipeline; frozen. Functions stay in the code, all else goes into the plan. */
export type StageNode =
  | { readonly kind: 'source'; readonly name: string; readonly source: SourceSpec }
  | {
      readonly kind: 'map'
      readonly name: string
      readonly input: StageNode
      readonly apply: (item: never) => unknown
    }
  | {
      readonly kind: 'filter'
      readonly name: string
      readonly input: StageNode
      readonly apply: (item: never) => boolean
    }
  | {
      readonly kind: 'flatMap'
      readonly name: string
      readonly input: StageNode
      readonly apply: (item: never) => Iterable<unknown>
    }
  | {
      readonly kind: 'mapStateful'
      readonly name: string
      readonly input: StageNode
      readonly key: (item: never) => unknown
      readonly create: () => unknown
      readonly apply: (state: never, key: never, item: never) => unknown
    }
  | {
      readonly kind: 'rollingAggregate'
      readonly name: string
      readonly input: StageNode
      readonly key: (item: never) => unknown
      readonly aggregate: Aggregate<never, unknown, unknown>
    }
  | {
      readonly kind: 'columns'
      readonly name: string
      readonly input: StageNode
      /** Types as in a job file's `schema.fields`, by column. */
      readonly columns: Readonly<Record<string, string>>
    }
  | {
      readonly kind: 'sink'
      readonly name: string
      readonly inputs: readonly StageNode[]
      readonly sink: SinkSpec
    }

export type StageKind = StageNode['kind']
