import { Packr } from 'msgpackr/pack'
import { EngineError } from '../../../runtime/errors/index.ts'
import { crcOf } from '../../states/index.ts'
import type { CheckpointRecord } from '../checkpointRecord.ts'

/** Version of the format below; a reader refuses any other. */
const FORMAT_VERSION = 2
const MAGIC = 0x5447434b
const HEADER_BYTES = 16
const packr = new Packr({ useRecords: false, structuredClone: true })

/** A state that is chunks of bytes: they stand behind the index, as they are. */
interface ChunkedState {
  readonly vertexId: number
  readonly instance: number
  readonly lengths: readonly number[]
}

interface Index {
  /** Without the chunked states. */
  readonly record: CheckpointRecord
  readonly chunked: readonly ChunkedState[]
  /** Of all chunks, one after the other. */
  readonly chunksCrc: number
}

const isChunks = (state: unknown): state is readonly Uint8Array[] =>
  Array.isArray(state) && state.length > 0 && state.every((each) => each instanceof Uint8Array)

/**
 * The pieces of a file: `TGCK`, version, CRC-32 of the index, its length, the index as MessagePack,
 * then the chunks. States are not copied: they may be all of a machine's memory.
 */
export const encodeCheckpoint = (record: CheckpointRecord): readonly Uint8Array[] => {
  const chunks: Uint8Array[] = []
  const chunked: ChunkedState[] = []
  const vertices: { [vertexId: number]: readonly unknown[] } = {}
  for (const [id, states] of Object.entries(record.vertices)) {
    vertices[Number(id)] = states.map((state, instance) => {
      if (!isChunks(state)) return state
      chunked.push({ vertexId: Number(id), instance, lengths: state.map(({ length }) => length) })
      chunks.push(...state)
      return null
    })
  }
  const chunksCrc = crcOf(chunks)
  const index = packr.pack({ record: { ...record, vertices }, chunked, chunksCrc } satisfies Index)
  const header = new DataView(new ArrayBuffer(HEADER_BYTES))
  header.setUint32(0, MAGIC)
  header.setUint32(4, FORMAT_VERSION)
  header.setUint32(8, Bun.hash.crc32(index))
  header.setUint32(12, index.length)
  return [new Uint8Array(header.buffer), index, ...chunks]
}

/** Throws an EngineError CKP-001 for what is not a whole checkpoint. */
export const decodeCheckpoint = (bytes: Uint8Array, path: string): CheckpointRecord => {
  const damaged = (): EngineError =>
    new EngineError('CKP-001', `The checkpoint ${path} is damaged.`)
  if (bytes.length < HEADER_BYTES) throw damaged()
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.getUint32(0) !== MAGIC) throw damaged()
  if (view.getUint32(4) !== FORMAT_VERSION) {
    throw new EngineError('CKP-002', `The checkpoint ${path} has another format version.`)
  }
  const chunksAt = HEADER_BYTES + view.getUint32(12)
  const packed = bytes.subarray(HEADER_BYTES, chunksAt)
  if (view.getUint32(8) !== Bun.hash.crc32(packed)) throw damaged()
  const { record, chunked, chunksCrc } = packr.unpack(packed) as Index
  const rest = bytes.subarray(chunksAt)
  if (chunksCrc !== crcOf(rest.length === 0 ? [] : [rest])) throw damaged()
  return withChunks(record, chunked, rest)
}

const withChunks = (
  record: CheckpointRecord,
  chunked: readonly ChunkedState[],
  bytes: Uint8Array,
): CheckpointRecord => {
  const vertices: { [vertexId: number]: unknown[] } = Object.fromEntries(
    Object.entries(record.vertices).map(([id, states]) => [id, [...states]]),
  )
  let at = 0
  for (const { vertexId, instance, lengths } of chunked) {
    vertices[vertexId]![instance] = lengths.map((length) => bytes.subarray(at, (at += length)))
  }
  return { ...record, vertices }
}
