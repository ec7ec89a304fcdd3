import { describe, expect, test } from 'bun:test'
import {
  createTableCopy,
  EPOCH_STRIDE,
  type PartitionRow,
  recommendedBackupCount,
} from '../../../../members/grid/table/index.ts'
import { migrationEvents } from '../../../../members/grid/table/events.ts'

const row = (version: number, replicas: string, next?: string): PartitionRow => ({
  version,
  replicas: replicas.split(''),
  next: next?.split(''),
})

describe('a copy of the table', () => {
  test('takes only newer rows and tells of each once, in order', () => {
    const copy = createTableCopy(2)
    const told: string[] = []
    copy.onRow((partition, { version }, previous) => {
      told.push(`first ${partition} ${version} after ${previous?.version}`)
      if (version === 5) copy.adopt(0, row(6, 'b'))
    })
    copy.onRow((partition, { version }) => told.push(`second ${partition} ${version}`))
    expect(copy.adopt(0, row(5, 'a'))).toBe(true)
    expect(copy.adopt(0, row(5, 'c'))).toBe(false)
    expect(copy.adopt(0, row(4, 'c'))).toBe(false)
    expect(copy.row(0)).toEqual(row(6, 'b'))
    expect(told).toEqual([
      'first 0 5 after undefined',
      'second 0 5',
      'first 0 6 after 5',
      'second 0 6',
    ])
    expect(copy.isComplete()).toBe(false)
    copy.adopt(1, row(1, 'a'))
    expect(copy.isComplete()).toBe(true)
  })

  test('takes no row of an earlier epoch once a new master has read it', () => {
    const copy = createTableCopy(1)
    copy.adopt(0, row(EPOCH_STRIDE, 'a'))
    copy.promise(2)
    expect(copy.adopt(0, row(EPOCH_STRIDE + 1, 'b'))).toBe(false)
    expect(copy.row(0)).toEqual(row(EPOCH_STRIDE, 'a'))
    expect(copy.adopt(0, row(2 * EPOCH_STRIDE, 'a'))).toBe(true)
    copy.clear()
    expect(copy.row(0)).toBeUndefined()
    expect(copy.adopt(0, row(1, 'a'))).toBe(true)
  })
})

test('changes of a row tell of migrations', () => {
  const kinds = (now: PartitionRow, before?: PartitionRow): string[] =>
    migrationEvents(0, now, before).map(
      ({ kind, from, to }) => `${kind} ${from.join('')}-${to.join('')}`,
    )
  expect(kinds(row(1, 'ab'))).toEqual([])
  expect(kinds(row(2, 'ab', 'cb'), row(1, 'ab'))).toEqual(['started ab-cb'])
  expect(kinds(row(3, 'ab', 'cb'), row(2, 'ab', 'cb'))).toEqual([])
  expect(kinds(row(3, 'cb'), row(2, 'ab', 'cb'))).toEqual(['completed ab-cb'])
  expect(kinds(row(3, 'ab'), row(2, 'ab', 'cb'))).toEqual(['failed ab-cb'])
  expect(kinds(row(3, 'b', 'db'), row(2, 'ab', 'cb'))).toEqual(['failed ab-cb', 'started b-db'])
})

test('the recommended backup-count grows with the members that hold data', () => {
  const counts = [0, 1, 2, 3, 4, 5, 6, 9, 10, 11, 12, 100].map(recommendedBackupCount)
  expect(counts).toEqual([0, 0, 1, 1, 2, 2, 3, 4, 5, 5, 5, 5])
})
