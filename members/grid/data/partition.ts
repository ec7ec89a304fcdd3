import { type Piece, pieceOf, WireFault } from '../../wire/index.ts'
import { ByteSink } from '../bytes/index.ts'
import { murmurOf } from './murmur.ts'

/** Bytes before the payload of a Data: the partition hash (0 for none), then the type id. */
export const HEADER_BYTES = 8
const INT_MIN = -0x80000000

/** The hash of a key's payload: what equal keys have in common, spread over all 32 bits. */
export const keyHashOf = (data: Uint8Array): number => keyHashIn(pieceOf(data))

/** The same of a Data that is part of something larger. */
export const keyHashIn = ({ memory, start, end }: Piece): number => {
  if (end - start < HEADER_BYTES) throw new WireFault('A Data is shorter than its header')
  return murmurOf(memory, start + HEADER_BYTES, end)
}

/** The hash that decides about the partition: the one that the Data brings along, else its key's. */
export const hashOf = (data: Uint8Array): number => {
  const keyHash = keyHashOf(data)
  const given = (data[0]! << 24) | (data[1]! << 16) | (data[2]! << 8) | data[3]!
  return given === 0 ? keyHash : given
}

/** The partition of a key among `count`, from 0, as every member and client of Hazelcast has it. */
export const partitionOf = (data: Uint8Array, count: number): number =>
  partitionOfHash(hashOf(data), count)

const partitionOfHash = (hash: number, count: number): number =>
  hash === INT_MIN ? 0 : Math.abs(hash) % count

const nameSink = new ByteSink()

/**
 * The partition of a structure that lives in one: its name is the key. Of `name@key` only what
 * follows the first @ counts, so that structures can be kept together.
 */
export const partitionOfName = (name: string, count: number): number => {
  nameSink.reset()
  nameSink.text(name.slice(name.indexOf('@') + 1))
  const bytes = nameSink.view()
  return partitionOfHash(murmurOf(bytes, 0, bytes.length), count)
}
