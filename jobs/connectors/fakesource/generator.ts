import type { Vector } from '../../../runtime/rows/index.ts'
import type { RandomWords } from './random.ts'

/**
 * Makes one column of a batch, `rowCount` values out of `random`. `firstRow` is the number of the
 * first row within its table, for columns that count.
 */
export type ColumnGenerator = (random: RandomWords, rowCount: number, firstRow: number) => Vector
