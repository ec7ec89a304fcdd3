import { EngineError } from '../../../runtime/errors/index.ts'
import { ByteReader, ByteWriter, readValue, writeValue } from '../../../runtime/exchange/index.ts'
import type { Batch, DataType, Value } from '../../../runtime/rows/index.ts'
import type { JsonValue } from '../../../runtime/config/index.ts'
import {
  ReadSignal,
  type ConnectorContext,
  type SourceConnector,
  type SourceReader,
  type Split,
  type SplitEnumerator,
} from '../../connectors/index.ts'
import type { CodeSource, SourceBuffer } from '../../pipeline/index.ts'
import { batchOfItems, ITEMS } from '../items.ts'
import { codeFailed } from '../jobCode.ts'
import { CODE_OPTIONS, type CodeOptions } from './spec.ts'

const ANY: DataType = { kind: 'any' }

/** What an instance of the source saved, as text, for a split must be JSON. */
const encodeSaved = (saved: unknown): string => {
  const writer = new ByteWriter()
  writeValue(ANY, saved as Value, writer)
  return writer.take().toBase64()
}

const decodeSaved = (text: string): unknown =>
  readValue(ANY, new ByteReader(Uint8Array.fromBase64(text)))

const isSaved = ({ saved }: Split): boolean => typeof saved === 'string'

/**
 * One split for each instance of the source; reader i gets the i-th. After a restore each instance
 * is given all that was saved, however many instances there were.
 */
const createEnumerator = (
  { distributed }: CodeOptions,
  { parallelism }: ConnectorContext,
): SplitEnumerator => {
  const count = distributed ? parallelism : 1
  const handedOut = new Set<number>()
  let ended = false
  let restored: readonly JsonValue[] | undefined
  return {
    open: () => Promise.resolve(),
    next: (reader) => {
      if (ended || reader >= count || handedOut.has(reader)) return null
      handedOut.add(reader)
      return { id: `instance-${reader}`, ...(restored === undefined ? {} : { restored }) }
    },
    giveBack: (splits) => {
      // A snapshot without a split in progress was taken when all instances had ended.
      ended = false
      restored = splits.filter(isSaved).map(({ saved }) => saved!)
    },
    snapshot: () => ({ begun: handedOut.size > 0 }),
    restore: (state) => {
      ended = (state as { readonly begun: boolean }).begun
    },
    splitCount: count,
    close: () => Promise.resolve(),
  }
}

/** Collects what one call of `fillBuffer` adds. */
class Buffered implements SourceBuffer<unknown> {
  items: unknown[] = []
  isClosed = false

  add(item: unknown): void {
    this.items.push(item)
  }

  size(): number {
    return this.items.length
  }

  close(): void {
    this.isClosed = true
  }

  take(): Batch {
    const batch = batchOfItems(this.items)
    this.items = []
    return batch
  }
}

const createReader = (
  source: CodeSource,
  stageId: number,
  context: ConnectorContext,
): SourceReader => {
  const code = context.code!
  const { instance, parallelism } = context
  const who = `The source ${source.name}`
  const buffer = new Buffered()
  let split: Split | null = null
  let state: unknown
  const guarded = <Result>(run: () => Result): Result => {
    try {
      return code.run(stageId, run)
    } catch (thrown) {
      throw thrown instanceof EngineError ? thrown : codeFailed(who, thrown)
    }
  }
  const fill = source.fillBuffer as (
    state: unknown,
    buffer: SourceBuffer<unknown>,
  ) => void | Promise<void>
  const answer = (): Batch | ReadSignal => {
    if (buffer.items.length > 0) return buffer.take()
    return buffer.isClosed ? ReadSignal.splitDone : ReadSignal.idle
  }
  return {
    open: () => Promise.resolve(),
    startSplit: (started) => {
      split = started
      guarded(() => {
        state = source.create({ instance, parallelism })
        const restored = started['restored'] as readonly string[] | undefined
        if (restored === undefined || restored.length === 0) return
        const restore = source.restoreSnapshot as
          ((state: unknown, saved: unknown) => void) | undefined
        restore?.(state, restored.map(decodeSaved))
      })
    },
    read: () => {
      if (buffer.isClosed) return answer()
      const filled = guarded(() => fill(state, buffer))
      if (!(filled instanceof Promise)) return answer()
      return filled.then(answer, (thrown: unknown) => {
        throw codeFailed(who, thrown)
      })
    },
    snapshot: () => {
      if (split === null) return null
      const create = source.createSnapshot as ((state: unknown) => unknown) | undefined
      if (create === undefined) return { id: split.id }
      return { id: split.id, saved: encodeSaved(guarded(() => create(state))) }
    },
    close: async () => {
      if (split === null) return
      const destroy = source.destroy as ((state: unknown) => void | Promise<void>) | undefined
      await destroy?.(state)
    },
  }
}

const functionsOf = (context: ConnectorContext, id: number): CodeSource => {
  const node = context.code?.stage(id)
  if (node?.kind !== 'source' || node.source.kind !== 'code') {
    throw new Error(`Stage ${id} of the job is no source in code`)
  }
  return node.source.source
}

/** A source in the code of a job. */
const code: SourceConnector<typeof CODE_OPTIONS> = {
  kind: 'source',
  name: 'Code',
  description: 'A source of a TypeScript pipeline.',
  options: CODE_OPTIONS,
  replayable: true,
  declaredTables: () => [ITEMS],
  discoverTables: () => Promise.resolve([ITEMS]),
  createEnumerator: (options, _tables, context) => createEnumerator(options, context),
  createReader: ({ stage }, _tables, context) =>
    createReader(functionsOf(context, stage), stage, context),
  bounded: ({ batch }) => batch,
}

export const codeSource = code as unknown as SourceConnector
