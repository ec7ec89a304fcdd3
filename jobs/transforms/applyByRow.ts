import { EngineError } from '../../runtime/errors/index.ts'
import { selectRows, type Batch } from '../../runtime/rows/index.ts'
import type { FailRow, TableTransform } from './tableTransform.ts'

/**
 * Applies a transform to a batch; rows that fail go to `fail` and the others go on, in order. When
 * the batch as a whole fails its halves are tried, down to the single row that is at fault.
 */
export const applyByRow = (
  transform: TableTransform,
  batch: Batch,
  emit: (batch: Batch) => void,
  fail: FailRow,
): void => {
  if (batch.rowCount === 0) return
  const made: Batch[] = []
  const failed: Parameters<FailRow>[] = []
  try {
    transform.apply(
      batch,
      (result) => made.push(result),
      (...failure) => failed.push(failure),
    )
  } catch (thrown) {
    if (!(thrown instanceof EngineError)) throw thrown
    if (batch.rowCount === 1) {
      fail(batch, 0, thrown)
      return
    }
    const middle = batch.rowCount >> 1
    applyByRow(transform, rowsBetween(batch, 0, middle), emit, fail)
    applyByRow(transform, rowsBetween(batch, middle, batch.rowCount), emit, fail)
    return
  }
  for (const failure of failed) fail(...failure)
  for (const result of made) if (result.rowCount > 0) emit(result)
}

const rowsBetween = (batch: Batch, from: number, to: number): Batch =>
  selectRows(
    batch,
    Int32Array.from({ length: to - from }, (_, index) => from + index),
    to - from,
  )
