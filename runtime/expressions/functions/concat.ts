import type { Place } from '../../errors/index.ts'
import { Utf8Vector, type Batch } from '../../rows/index.ts'
import { cellsOf, nullsOf } from '../cells.ts'
import { derived, type Compiled } from '../compiled.ts'
import { castTo } from '../cast.ts'
import { STRING } from '../types.ts'

/** The texts of all parts one after the other, as `||` and CONCAT do: a null adds nothing. */
export const compileConcat = (parts: readonly Compiled[], at: Place): Compiled => {
  const texts = parts.map((part) => castTo(part, STRING, at))
  return derived(STRING, texts, (batch: Batch) => {
    const vectors = texts.map((text) => text.evaluate(batch))
    const present = vectors.map((vector) => ({ cells: cellsOf(vector), nulls: nullsOf(vector) }))
    const rows = new Array<string>(batch.rowCount)
    for (let row = 0; row < rows.length; row += 1) {
      let text = ''
      for (const { cells, nulls } of present) {
        if (nulls === null || nulls[row] === 0) text += cells[row] as string
      }
      rows[row] = text
    }
    return Utf8Vector.ofStrings(rows, null)
  })
}
