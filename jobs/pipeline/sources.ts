import type { Source } from './builder.ts'
import type { CodeSource, ConnectorOptions, SourceBuffer, SourceContext } from './stage.ts'

/** Rows of a connector: an object for each, by the names of the columns. */
export type Row = Readonly<Record<string, unknown>>

const connector = (plugin: string, options: ConnectorOptions = {}): Source<Row> => ({
  name: plugin,
  spec: { kind: 'connector', plugin, options },
})

/** What a pipeline can read. Options are those of a job file. */
export const sources = {
  /** Any connector by its name. */
  connector,
  fakeSource: (options: ConnectorOptions): Source<Row> => connector('FakeSource', options),
  localFile: (options: ConnectorOptions): Source<Row> => connector('LocalFile', options),
  jdbc: (options: ConnectorOptions): Source<Row> => connector('Jdbc', options),
  http: (options: ConnectorOptions): Source<Row> => connector('Http', options),
  socket: (options: ConnectorOptions): Source<Row> => connector('Socket', options),
  /** The entries of a map of the grid as they are, as `{ key, value }`. */
  map: (name: string): Source<{ readonly key: unknown; readonly value: unknown }> => ({
    name: `Map-${name}`,
    spec: { kind: 'connector', plugin: 'GridMap', options: { map: name } },
  }),
  /** Items that are written in the job itself, for tests and examples. */
  items: <Item>(items: readonly Item[]): Source<Item> =>
    SourceBuilder.batch('items', () => ({ next: 0 }))
      .fillBuffer<Item>((state, buffer) => {
        while (state.next < items.length && buffer.size() < ITEMS_PER_FILL) {
          buffer.add(items[state.next]!)
          state.next += 1
        }
        if (state.next >= items.length) buffer.close()
      })
      .createSnapshot((state) => state.next)
      .restoreSnapshot((state, saved) => {
        state.next = saved[0]!
      })
      .build(),
}

const ITEMS_PER_FILL = 1024

type Draft = { -readonly [Key in keyof CodeSource]?: CodeSource[Key] }

/**
 * A source in code. `create` makes the state that all other functions get; a source without
 * `distributed` has one instance in the whole cluster.
 */
export class SourceBuilder<State, Item = never, Saved = never> {
  readonly #draft: Draft

  private constructor(draft: Draft) {
    this.#draft = draft
  }

  /** A source that goes on for ever. */
  static stream<State>(
    name: string,
    create: (context: SourceContext) => State,
  ): SourceBuilder<State> {
    return new SourceBuilder({ name, isBatch: false, create })
  }

  /** A source that ends: with `buffer.close()`. */
  static batch<State>(
    name: string,
    create: (context: SourceContext) => State,
  ): SourceBuilder<State> {
    return new SourceBuilder({ name, isBatch: true, create })
  }

  /**
   * Adds what there is to the buffer and returns: called again and again, sooner when it added
   * something. It may return a promise; a snapshot waits for it.
   */
  fillBuffer<Added>(
    fill: (state: State, buffer: SourceBuffer<Added>) => void | Promise<void>,
  ): SourceBuilder<State, Added, Saved> {
    return new SourceBuilder({ ...this.#draft, fillBuffer: fill as CodeSource['fillBuffer'] })
  }

  /** Returns what is needed to go on from here: plain data, which is kept with the snapshot. */
  createSnapshot<Snapshot>(
    create: (state: State) => Snapshot,
  ): SourceBuilder<State, Item, Snapshot> {
    return new SourceBuilder({
      ...this.#draft,
      createSnapshot: create as (state: never) => unknown,
    })
  }

  /**
   * Goes on from a snapshot, right after `create`. It gets the list of all that the instances of
   * this source saved: which of them did need not be where it was.
   */
  restoreSnapshot(
    restore: (state: State, saved: readonly Saved[]) => void,
  ): SourceBuilder<State, Item, Saved> {
    const restoreSnapshot = restore as (state: never, saved: never) => void
    return new SourceBuilder({ ...this.#draft, restoreSnapshot })
  }

  /** Releases what `create` opened. */
  destroy(destroy: (state: State) => void | Promise<void>): SourceBuilder<State, Item, Saved> {
    return new SourceBuilder({ ...this.#draft, destroy: destroy as CodeSource['destroy'] })
  }

  /** An instance for each degree of parallelism, on all workers. */
  distributed(): SourceBuilder<State, Item, Saved> {
    return new SourceBuilder({ ...this.#draft, isDistributed: true })
  }

  build(): Source<Item> {
    const { name, isBatch, create, fillBuffer } = this.#draft
    if (name === undefined || isBatch === undefined || create === undefined) {
      throw new Error('A source begins with SourceBuilder.stream or SourceBuilder.batch')
    }
    if (fillBuffer === undefined) throw new Error(`The source ${name} needs fillBuffer`)
    const { isDistributed = false, createSnapshot, restoreSnapshot, destroy } = this.#draft
    const source: CodeSource = {
      name,
      isBatch,
      isDistributed,
      create,
      fillBuffer,
      createSnapshot,
      restoreSnapshot,
      destroy,
    }
    return { name, spec: { kind: 'code', source: Object.freeze(source) } }
  }
}
