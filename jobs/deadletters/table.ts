import { EngineError, messageOf } from '../../runtime/errors/index.ts'
import { Timestamp, type Column, type TableSchema, type Value } from '../../runtime/rows/index.ts'

/** A row that could not be handled, and why. */
export interface DeadLetter {
  /** The row as text, as the connector gives it: a line of a file, the JSON of a row. */
  readonly row: string
  readonly error: Error
  /** Table, file and line, or offset: where the row came from. */
  readonly place: string
  /** The path of the row's table, where one is known. */
  readonly table?: string | undefined
  /** The connector or transform that could not handle it. */
  readonly vertexName: string
  /** Wall clock. */
  readonly timeMs: number
}

const column = (name: string, type: 'string' | 'timestamp_tz', nullable: boolean): Column => ({
  name,
  type: { kind: type },
  nullable,
})

const COLUMNS: readonly Column[] = [
  column('row', 'string', false),
  column('error_code', 'string', true),
  column('error_message', 'string', false),
  column('place', 'string', false),
  column('table', 'string', true),
  column('vertex', 'string', false),
  column('time', 'timestamp_tz', false),
]

/** The table of dead letters that the sinks of output `output` read. */
export const deadLetterTable = (output: string): TableSchema => ({
  path: output,
  catalog: 'dead_letters',
  columns: COLUMNS,
})

/** The values of a dead letter in the order of `deadLetterTable`; `time` is in UTC. */
export const deadLetterRow = (letter: DeadLetter): Value[] => [
  letter.row,
  letter.error instanceof EngineError ? letter.error.code : null,
  messageOf(letter.error),
  letter.place,
  letter.table ?? null,
  letter.vertexName,
  new Timestamp(Math.floor(letter.timeMs / 1000), (letter.timeMs % 1000) * 1_000_000, 0),
]
