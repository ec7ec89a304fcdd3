import { EngineError } from '../../runtime/errors/index.ts'
import { selectRows, type Batch } from '../../runtime/rows/index.ts'
import type { CountSkipped } from './contract.ts'
import type { FailRow, TableTransform } from './tableTransform.ts'

/** Where what a transform makes of a batch goes. */
export interface Outcomes {
  readonly emit: (batch: Batch) => void
  readonly fail: FailRow
  readonly countSkipped: CountSkipped
}

/**
 * Applies a transform to a batch; rows that fail go to `fail` and the others go on, in order. When
 * the batch as a whole fails its halves are tried, down to the single row that is at fault.
 */
export const applyByRow = (transform: TableTransform, batch: Batch, outcomes: Outcomes): void => {
  if (batch.rowCount === 0) return
  const { emit, fail, countSkipped } = outcomes
  const made: Batch[] = []
  const failed: Parameters<FailRow>[] = []
  let skippedCount = 0
  try {
    transform.apply(
      batch,
      (result) => made.push(result),
      (...failure) => failed.push(failure),
      (rowCount) => {
        skippedCount += rowCount
      },
    )
  } catch (thrown) {
    if (!(thrown instanceof EngineError)) throw thrown
    if (batch.rowCount === 1) {
      fail(batch, 0, thrown)
      return
    }
    const middle = batch.rowCount >> 1
    applyByRow(transform, rowsBetween(batch, 0, middle), outcomes)
    applyByRow(transform, rowsBetween(batch, middle, batch.rowCount), outcomes)
    return
  }
  if (skippedCount > 0) countSkipped(skippedCount)
  for (const failure of failed) fail(...failure)
  for (const result of made) if (result.rowCount > 0) emit(result)
}

const rowsBetween = (batch: Batch, from: number, to: number): Batch =>
  selectRows(
    batch,
    Int32Array.from({ length: to - from }, (_, index) => from + index),
    to - from,
  )
