import type { Control, Target } from '../../../runtime/isolate/index.ts'
import {
  batchOfRows,
  column,
  rowAt,
  type Batch,
  type TableSchema,
} from '../../../runtime/rows/index.ts'

export const numbers: TableSchema = {
  path: 'numbers',
  catalog: 'test',
  columns: [column('n', { kind: 'int' })],
}

export const batch = (...values: number[]): Batch =>
  batchOfRows(
    numbers,
    values.map((value) => [value]),
  )

const controlText = (control: Control): string => {
  switch (control.kind) {
    case 'barrier':
      return `|${control.checkpointId}`
    case 'watermark':
      return `~${control.timestampMs}`
    case 'end':
      return '.'
    default:
      return control satisfies never
  }
}

/** Writes down what it takes, as text; refuses while `refuses` is positive, counting down. */
export class Recorder implements Target {
  readonly log: string[] = []
  refuses = 0

  acceptBatch(input: number, taken: Batch): boolean {
    if (this.refuses > 0) {
      this.refuses -= 1
      return false
    }
    for (let row = 0; row < taken.rowCount; row += 1)
      this.log.push(`${input}:${rowAt(taken, row)[0]}`)
    return true
  }

  acceptControl(input: number, control: Control): boolean {
    if (this.refuses > 0) {
      this.refuses -= 1
      return false
    }
    this.log.push(`${input}${controlText(control)}`)
    return true
  }
}
