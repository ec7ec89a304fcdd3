import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { EngineError } from '../../../runtime/errors/index.ts'
import type { Batch, TableSchema, Value } from '../../../runtime/rows/index.ts'
import { valueAt } from '../../../runtime/rows/index.ts'
import { ByteSink } from '../byteSink.ts'
import type { RowWriter } from '../contract.ts'
import { ColumnChunk, type Compress } from './columnChunk.ts'
import { writeFooter, type RowGroup } from './footer.ts'
import { layoutOf, type Leaf, type Node } from './layout.ts'
import { snappyCompress } from 'hyparquet-writer/src/snappy.js'

export interface ParquetWriterOptions {
  readonly table: TableSchema
  /** none, snappy, gzip, brotli or zstd. */
  readonly codec: string
  readonly timestampsAsInt96: boolean
  readonly int96Columns: ReadonlySet<string>
}

/** A row group ends behind the batch that fills it: it is what a writer holds in memory. */
const ROW_GROUP_BYTES = 4 * 1024 * 1024
const ROW_GROUP_ROWS = 1_000_000

export const MAGIC = 'PAR1'

interface Codec {
  readonly id: number
  readonly compress: Compress | null
}

const CODECS: { readonly [codec: string]: Codec | undefined } = {
  none: { id: 0, compress: null },
  snappy: { id: 1, compress: snappyCompress },
  gzip: { id: 2, compress: (bytes) => gzipSync(bytes) },
  brotli: { id: 4, compress: (bytes) => brotliCompressSync(bytes) },
  zstd: { id: 6, compress: (bytes) => zstdCompressSync(bytes) },
}

/**
 * A writer of parquet. Every value is held exactly but for zones: of a timestamp with a zone the
 * instant stays and the offset goes. Throws FIL-005 and FIL-009.
 */
export const createParquetWriter = (options: ParquetWriterOptions): RowWriter => {
  const codec = CODECS[options.codec]
  if (codec === undefined) {
    throw new EngineError(
      'FIL-005',
      `The codec ${options.codec} is not supported for parquet files; use ${Object.keys(CODECS).join(', ')}.`,
    )
  }
  const layout = layoutOf(options.table, options)
  const ready = new ByteSink(64)
  const groups: RowGroup[] = []
  let written = MAGIC.length
  let rowCount = 0
  const chunks = layout.leaves.map((leaf) => new ColumnChunk(leaf, codec.compress))

  const endGroup = (): void => {
    if (rowCount === 0) return
    const columns = chunks.map((chunk) => {
      chunk.endPage()
      const offset = written
      for (const page of chunk.pages) ready.slice(page, 0, page.length)
      written += chunk.compressedBytes
      const { leaf, valueCount, compressedBytes, uncompressedBytes } = chunk
      return { leaf, offset, valueCount, compressedBytes, uncompressedBytes }
    })
    groups.push({ rowCount, columns })
    for (const chunk of chunks) chunk.reset()
    rowCount = 0
  }

  ready.ascii(MAGIC)
  return {
    write: (batch) => {
      for (const [index, node] of layout.nodes.entries()) shredColumn(chunks, node, batch, index)
      rowCount += batch.rowCount
      let held = 0
      for (const chunk of chunks) {
        chunk.endBatch()
        held += chunk.heldBytes
      }
      if (held >= ROW_GROUP_BYTES || rowCount >= ROW_GROUP_ROWS) endGroup()
    },
    take: () => ready.take(),
    finish: () => {
      endGroup()
      writeFooter(ready, { table: options.table, layout, groups, codec: codec.id })
    },
    get pendingBytes() {
      return ready.length
    },
  }
}

const shredColumn = (
  chunks: readonly ColumnChunk[],
  node: Node,
  batch: Batch,
  column: number,
): void => {
  const vector = batch.columns[column]!
  if (node.kind === 'leaf') {
    chunks[node.leaf.index]!.pushVector(vector, batch.rowCount)
    return
  }
  for (let row = 0; row < batch.rowCount; row += 1) shred(chunks, node, valueAt(vector, row), 0, 0)
}

const shred = (
  chunks: readonly ColumnChunk[],
  node: Node,
  value: Value,
  definition: number,
  repetition: number,
): void => {
  if (node.kind === 'leaf') {
    const present = value !== null && !node.isRequired ? 1 : 0
    chunks[node.leaf.index]!.push(value, definition + present, repetition)
    return
  }
  if (value === null) return absent(chunks, node.leaves, definition, repetition)
  if (node.kind === 'row') {
    const values = value as readonly Value[]
    for (const [index, field] of node.fields.entries()) {
      shred(chunks, field, values[index] ?? null, definition + 1, repetition)
    }
    return
  }
  let next = repetition
  if (node.kind === 'list') {
    for (const item of value as Iterable<Value>) {
      shred(chunks, node.item, item, definition + 2, next)
      next = node.repetition
    }
  } else {
    for (const [key, item] of value as ReadonlyMap<Value, Value>) {
      shred(chunks, node.key, key, definition + 2, next)
      shred(chunks, node.value, item, definition + 2, next)
      next = node.repetition
    }
  }
  const size =
    (value as { readonly length?: number; readonly size?: number }).length ??
    (value as ReadonlyMap<Value, Value>).size
  if (size === 0) absent(chunks, node.leaves, definition + 1, repetition)
}

const absent = (
  chunks: readonly ColumnChunk[],
  leaves: readonly Leaf[],
  definition: number,
  repetition: number,
): void => {
  for (const leaf of leaves) chunks[leaf.index]!.push(null, definition, repetition)
}
