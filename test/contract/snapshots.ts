import {
  ChunkWriter,
  unpackEntries,
  type Operator,
  type Snapshot,
  type StateEntry,
  type StateWriter,
} from '../../runtime/operators/index.ts'

/** The snapshot of an operator with these entries. */
export const snapshotOf = (entries: Iterable<StateEntry>, writer: StateWriter): Snapshot => {
  const left = entries[Symbol.iterator]()
  return {
    take: (sizeBytes) => {
      for (let takenBytes = 0; takenBytes < sizeBytes;) {
        const next = left.next()
        if (next.done === true) return true
        const { keyHash, bytes } = next.value
        writer.add(keyHash, bytes)
        takenBytes += bytes.length
      }
      return false
    },
  }
}

/** What an operator saves; `meanwhile` happens when a part of it is taken. */
export const entriesOf = (operator: Operator, meanwhile = (): void => {}): StateEntry[] => {
  const chunks: Uint8Array[] = []
  const writer = new ChunkWriter({
    allocate: (sizeBytes) => new Uint8Array(sizeBytes),
    add: (chunk) => chunks.push(chunk),
  })
  const snapshot = operator.snapshot!(writer)
  if (!snapshot.take(1)) {
    meanwhile()
    while (!snapshot.take(1));
  }
  writer.finish()
  return [...unpackEntries(chunks)]
}
