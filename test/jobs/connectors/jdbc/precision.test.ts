import { expect, test } from 'bun:test'
import { createPrecisionWatch } from '../../../../jobs/connectors/jdbc/precision.ts'
import { batchOfRows, column, Timestamp } from '../../../../runtime/rows/index.ts'

const table = {
  path: 'events',
  catalog: 'test',
  columns: [
    column('at', { kind: 'timestamp' }),
    column('hour', { kind: 'time' }),
    column('size', { kind: 'double' }),
  ],
}
const coarse = batchOfRows(table, [[new Timestamp(1, 5_000), 7_000, 1.5]])
const fine = batchOfRows(table, [[new Timestamp(1, 5_001), 7_001, 1.5]])

const warningsOf = (url: string): string[] => {
  const warnings: string[] = []
  const watch = createPrecisionWatch(url, { log: (_level, message) => warnings.push(message) })
  for (const batch of [coarse, fine, fine]) watch(batch)
  return warnings
}

test('a database that cuts nanoseconds is told of, once a column', () => {
  expect(warningsOf('jdbc:postgresql://h/d')).toEqual([
    'Column at has nanoseconds; the database keeps microseconds.',
    'Column hour has nanoseconds; the database keeps microseconds.',
  ])
})

test('one that keeps them is not', () => {
  expect(warningsOf('jdbc:sqlite:/tmp/x.db')).toEqual([])
})
