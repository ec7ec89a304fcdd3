import { expect, test } from 'bun:test'
import { deadLetterRow, deadLetterTable } from '../../../jobs/deadletters/index.ts'
import { EngineError } from '../../../runtime/errors/index.ts'
import { batchOfRows, rowAt, Timestamp } from '../../../runtime/rows/index.ts'

const letter = {
  row: '1,two',
  error: new EngineError('ROW-002', 'two is not an int.'),
  place: 'in.csv:7',
  table: 'a.b',
  vertexName: 'Source[0]-LocalFile',
  timeMs: 1_700_000_000_123,
}

test('a dead letter is a row of its table', () => {
  const table = deadLetterTable('bad')
  const row = rowAt(batchOfRows(table, [deadLetterRow(letter)]), 0)
  const byName = Object.fromEntries(table.columns.map((column, index) => [column.name, row[index]]))
  expect(table.path).toBe('bad')
  expect(byName).toEqual({
    row: '1,two',
    error_code: 'ROW-002',
    error_message: 'two is not an int.',
    place: 'in.csv:7',
    table: 'a.b',
    vertex: 'Source[0]-LocalFile',
    time: new Timestamp(1_700_000_000, 123_000_000, 0),
  })
})

test('an error without a code and a row without a table leave nulls', () => {
  const row = deadLetterRow({ ...letter, table: undefined, error: new Error('odd') })
  expect(row[1]).toBeNull()
  expect(row[2]).toBe('odd')
  expect(row[4]).toBeNull()
})
