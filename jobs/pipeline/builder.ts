import type {
  Aggregate,
  ConnectorOptions,
  SinkSpec,
  SourceSpec,
  StageKind,
  StageNode,
} from './stage.ts'

/** Settings of a job, with the keys of a job file's `env` block. */
export interface PipelineSettings {
  /** `job.name`. */
  readonly name?: string
  /** Instances of each stage; 1 unless given. */
  readonly parallelism?: number
  /** STREAMING unless every source is a batch source. */
  readonly mode?: 'BATCH' | 'STREAMING'
  /** Any other key of the `env` block, such as `'checkpoint.interval': 1000`. */
  readonly env?: ConnectorOptions
}

export interface StageOptions {
  /** Shown in plans, metrics and errors. */
  readonly name?: string
}

/** Counts stages so that each has a name of its own where the job gives none. */
const nameOf = (kind: StageKind, options: StageOptions | undefined): string => options?.name ?? kind

const freeze = <Node extends StageNode>(node: Node): Node => Object.freeze(node)

/** A source that a pipeline can read; see `sources`. */
export interface Source<Item> {
  readonly name: string
  readonly spec: SourceSpec
  /** Only for the type checker: what it yields. */
  readonly item?: Item
}

/** A sink that a pipeline can write to; see `sinks`. */
export interface Sink {
  readonly name: string
  readonly spec: SinkSpec
}

/** Items on their way through a job. A stage is never changed: each call makes another one. */
export class Stage<Item> {
  readonly #settings: PipelineSettings
  readonly node: StageNode

  constructor(settings: PipelineSettings, node: StageNode) {
    this.#settings = settings
    this.node = node
  }

  /** Makes another item of each; `null` and `undefined` are left out. */
  map<Out>(
    apply: (item: Item) => Out | null | undefined,
    options?: StageOptions,
  ): Stage<Exclude<Out, null | undefined>> {
    return this.#next({ kind: 'map', name: nameOf('map', options), input: this.node, apply })
  }

  /** Keeps the items for which `apply` answers true. */
  filter(apply: (item: Item) => boolean, options?: StageOptions): Stage<Item> {
    return this.#next({ kind: 'filter', name: nameOf('filter', options), input: this.node, apply })
  }

  /** Makes any number of items of each. */
  flatMap<Out>(apply: (item: Item) => Iterable<Out>, options?: StageOptions): Stage<Out> {
    return this.#next({
      kind: 'flatMap',
      name: nameOf('flatMap', options),
      input: this.node,
      apply,
    })
  }

  /** Brings items with equal keys together, for what keeps a state by key. */
  groupingKey<Key>(key: (item: Item) => Key): KeyedStage<Key, Item> {
    return new KeyedStage(this.#settings, this.node, key)
  }

  /** Declares columns and their types, as connectors need them: `{ id: 'bigint', name: 'string' }`. */
  columns(columns: Readonly<Record<string, string>>, options?: StageOptions): Stage<Item> {
    return this.#next({
      kind: 'columns',
      name: nameOf('columns', options),
      input: this.node,
      columns: Object.freeze({ ...columns }),
    })
  }

  /** Ends this branch; several branches become one job with `Pipeline.and`. */
  writeTo(sink: Sink, options?: StageOptions): Pipeline {
    const name = options?.name ?? sink.name
    const node = freeze({ kind: 'sink', name, inputs: [this.node], sink: sink.spec } as const)
    return new Pipeline(this.#settings, [node])
  }

  #next<Out>(node: StageNode): Stage<Out> {
    return new Stage(this.#settings, freeze(node))
  }
}

/** Items that are together by key. */
export class KeyedStage<Key, Item> {
  readonly #settings: PipelineSettings
  readonly #input: StageNode
  readonly #key: (item: Item) => Key

  constructor(settings: PipelineSettings, input: StageNode, key: (item: Item) => Key) {
    this.#settings = settings
    this.#input = input
    this.#key = key
  }

  /**
   * Maps each item with a state of its key, which `create` makes for a key not seen before and
   * `apply` may change; `null` and `undefined` are left out. States are part of each snapshot.
   */
  mapStateful<State, Out>(
    create: () => State,
    apply: (state: State, key: Key, item: Item) => Out | null | undefined,
    options?: StageOptions,
  ): Stage<Exclude<Out, null | undefined>> {
    const node = freeze({
      kind: 'mapStateful',
      name: nameOf('mapStateful', options),
      input: this.#input,
      key: this.#key,
      create,
      apply,
    } as const)
    return new Stage(this.#settings, node)
  }

  /** Yields `[key, result so far]` after each item. */
  rollingAggregate<State, Result>(
    aggregate: Aggregate<Item, State, Result>,
    options?: StageOptions,
  ): Stage<readonly [key: Key, result: Result]> {
    const node = freeze({
      kind: 'rollingAggregate',
      name: nameOf('rollingAggregate', options),
      input: this.#input,
      key: this.#key,
      aggregate: aggregate as unknown as Aggregate<never, unknown, unknown>,
    } as const)
    return new Stage(this.#settings, node)
  }
}

/** A job, or its beginning. */
export class Pipeline {
  readonly settings: PipelineSettings
  /** Every sink of the job, with all that leads to it. */
  readonly sinks: readonly StageNode[]

  constructor(settings: PipelineSettings, sinks: readonly StageNode[]) {
    this.settings = settings
    this.sinks = Object.freeze([...sinks])
  }

  readFrom<Item>(source: Source<Item>, options?: StageOptions): Stage<Item> {
    const name = options?.name ?? source.name
    return new Stage(this.settings, freeze({ kind: 'source', name, source: source.spec }))
  }

  /** The sinks of both in one job; stages that they share are run once. */
  and(other: Pipeline): Pipeline {
    return new Pipeline(this.settings, [...this.sinks, ...other.sinks])
  }
}

/** Begins a job. Its module exports what the last `writeTo` or `and` returned as its default. */
export const pipeline = (settings: PipelineSettings = {}): Pipeline => new Pipeline(settings, [])
