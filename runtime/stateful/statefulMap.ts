import { ByteReader, ByteWriter, keyHashOf, readValue, writeValue } from '../exchange/index.ts'
import type { Operator, Outbox, Snapshot, StateEntry, StateWriter } from '../operators/index.ts'
import {
  batchOfRows,
  valueAt,
  writeJson,
  type Batch,
  type DataType,
  type TableSchema,
  type Value,
} from '../rows/index.ts'

/** What `StatefulMap` does with the rows of one key. */
export interface StatefulMapping {
  /** The columns of the key in the input. */
  readonly keyColumns: readonly number[]
  readonly keyType: DataType
  readonly stateType: DataType
  /** The state of a key that was not seen before: one of its own, for `step` may change it. */
  initialState(): Value
  readonly output: TableSchema
  /** The state after a row, and the rows that follow from it; the array of the row is used again. */
  step(state: Value, row: readonly Value[]): StatefulStep
  /** The rows that follow from the state of a key when the input has ended. */
  end?(key: readonly Value[], state: Value): readonly (readonly Value[])[]
}

export interface StatefulStep {
  readonly state: Value
  readonly rows: readonly (readonly Value[])[]
}

interface KeyState {
  readonly keyHash: number
  readonly key: readonly Value[]
  state: Value
  /** The number of the last snapshot that has it, or that it came too late for. */
  savedIn: number
}

/** Begins the texts that stand for keys, and no text that stands for itself. */
const TEXT_MARK = '\u0000'

/** A value that JavaScript compares by value stands for itself. */
const isIdentity = (value: Value | undefined): value is Value => {
  if (typeof value === 'string') return !value.startsWith(TEXT_MARK)
  return value !== undefined && (value === null || typeof value !== 'object')
}

/** How many rows of the end go into one batch. */
const endRowsMax = 1024

/**
 * Keeps a state for each key and maps rows with it: Jet's mapStateful. Rows of a key must all come
 * to one instance; the state follows its key to another parallelism.
 */
export class StatefulMap implements Operator {
  readonly #mapping: StatefulMapping
  readonly #states = new Map<Value, KeyState>()
  readonly #keyRowType: DataType
  readonly #row: Value[] = []
  #pending: Batch | null = null
  #ending: Iterator<KeyState> | null = null
  #snapshotNumber = 0
  /** Of the snapshot that is not taken to its end yet. */
  #target: StateWriter | null = null
  readonly #entry = new ByteWriter()

  constructor(mapping: StatefulMapping) {
    this.#mapping = mapping
    this.#keyRowType = { kind: 'array', element: mapping.keyType }
  }

  process(_input: number, batch: Batch, outbox: Outbox): boolean {
    this.#pending ??= this.#map(batch)
    if (this.#pending.rowCount > 0 && !outbox.offer(this.#pending)) return false
    this.#pending = null
    return true
  }

  complete(outbox: Outbox): boolean {
    const { end } = this.#mapping
    if (end === undefined) return true
    this.#ending ??= this.#states.values()
    for (;;) {
      this.#pending ??= this.#endBatch(this.#ending)
      if (this.#pending.rowCount === 0) return true
      if (!outbox.offer(this.#pending)) return false
      this.#pending = null
    }
  }

  snapshot(writer: StateWriter): Snapshot {
    this.#snapshotNumber += 1
    this.#target = writer
    const unseen = this.#states.values()
    return { take: (sizeBytes) => this.#take(unseen, writer, sizeBytes) }
  }

  restore(entries: Iterable<StateEntry>): void {
    for (const { keyHash, bytes } of entries) {
      const reader = new ByteReader(bytes)
      const key = readValue(this.#keyRowType, reader) as readonly Value[]
      const state = readValue(this.#mapping.stateType, reader)
      this.#states.set(this.#identity(key), { keyHash: keyHash!, key, state, savedIn: 0 })
    }
  }

  /** What no row has changed since the snapshot began. */
  #take(unseen: Iterator<KeyState>, writer: StateWriter, sizeBytes: number): boolean {
    for (let takenBytes = 0; takenBytes < sizeBytes;) {
      const next = unseen.next()
      if (next.done === true) {
        this.#target = null
        return true
      }
      if (next.value.savedIn !== this.#snapshotNumber) takenBytes += this.#save(next.value, writer)
    }
    return false
  }

  /** Returns how many bytes that were. */
  #save(held: KeyState, writer: StateWriter): number {
    held.savedIn = this.#snapshotNumber
    this.#entry.clear()
    writeValue(this.#keyRowType, held.key, this.#entry)
    writeValue(this.#mapping.stateType, held.state, this.#entry)
    writer.add(held.keyHash, this.#entry.view())
    return this.#entry.length
  }

  #map(batch: Batch): Batch {
    const hashes = keyHashOf(batch, this.#mapping.keyColumns)
    const rows: (readonly Value[])[] = []
    for (let row = 0; row < batch.rowCount; row += 1) {
      const held = this.#stateOf(batch, row, hashes[row]!)
      if (this.#target !== null && held.savedIn !== this.#snapshotNumber) {
        this.#save(held, this.#target)
      }
      for (let index = 0; index < batch.columns.length; index += 1) {
        this.#row[index] = valueAt(batch.columns[index]!, row)
      }
      const step = this.#mapping.step(held.state, this.#row)
      if (held.state !== step.state) held.state = step.state
      for (const each of step.rows) rows.push(each)
    }
    return batchOfRows(this.#mapping.output, rows)
  }

  #stateOf(batch: Batch, row: number, keyHash: number): KeyState {
    const { keyColumns } = this.#mapping
    const only = keyColumns.length === 1 ? valueAt(batch.columns[keyColumns[0]!]!, row) : undefined
    if (isIdentity(only)) return this.#states.get(only) ?? this.#begin(only, [only], keyHash)
    const key = keyColumns.map((column) => valueAt(batch.columns[column]!, row))
    const identity = this.#identity(key)
    return this.#states.get(identity) ?? this.#begin(identity, key, keyHash)
  }

  #begin(identity: Value, key: readonly Value[], keyHash: number): KeyState {
    const state = this.#mapping.initialState()
    const held = { keyHash, key, state, savedIn: this.#snapshotNumber }
    this.#states.set(identity, held)
    return held
  }

  /** A value that is the same for equal keys. */
  #identity(key: readonly Value[]): Value {
    const only = key.length === 1 ? key[0] : undefined
    return isIdentity(only) ? only : `${TEXT_MARK}${writeJson(this.#keyRowType, key)}`
  }

  #endBatch(states: Iterator<KeyState>): Batch {
    const rows: (readonly Value[])[] = []
    while (rows.length < endRowsMax) {
      const next = states.next()
      if (next.done === true) break
      rows.push(...this.#mapping.end!(next.value.key, next.value.state))
    }
    return batchOfRows(this.#mapping.output, rows)
  }
}
