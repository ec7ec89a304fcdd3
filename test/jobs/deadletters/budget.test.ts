import { describe, expect, test } from 'bun:test'
import { createBudget } from '../../../jobs/deadletters/index.ts'

const codeOf = (call: () => void): string => {
  try {
    call()
    return 'none'
  } catch (error) {
    return (error as { code: string }).code
  }
}

describe('dead-letter budget', () => {
  test('allows the count and not one more', () => {
    const budget = createBudget({ mode: 'SKIP', maxCount: 3 })
    expect(codeOf(() => budget.spend(3))).toBe('none')
    expect(codeOf(() => budget.spend(4))).toBe('ENG-003')
  })

  test('a count of 0 allows none', () => {
    expect(codeOf(() => createBudget({ mode: 'SKIP', maxCount: 0 }).spend(1))).toBe('ENG-003')
  })

  test('looks at the share from 1,000 rows on', () => {
    const budget = createBudget({ mode: 'SKIP', maxPercent: 1 })
    expect(codeOf(() => budget.spend(999, 999))).toBe('none')
    expect(codeOf(() => budget.spend(10, 1_000))).toBe('none')
    expect(codeOf(() => budget.spend(11, 1_000))).toBe('ENG-003')
    expect(codeOf(() => budget.spend(11, 1_100))).toBe('none')
  })

  test('looks at the share of any number of rows at the end', () => {
    const budget = createBudget({ mode: 'SKIP', maxPercent: 1 })
    expect(codeOf(() => budget.checkAtEnd(1, 100))).toBe('none')
    expect(codeOf(() => budget.checkAtEnd(2, 100))).toBe('ENG-003')
    expect(codeOf(() => budget.checkAtEnd(0, 0))).toBe('none')
    expect(codeOf(() => createBudget({ mode: 'SKIP' }).checkAtEnd(5, 5))).toBe('none')
  })

  test('a job without limits rejects as many as come', () => {
    const budget = createBudget({ mode: 'SKIP' })
    expect(codeOf(() => budget.spend(1_000_000, 1_000_000))).toBe('none')
  })

  test('says how many there were and how many are allowed', () => {
    const budget = createBudget({ mode: 'SKIP', maxCount: 5, maxPercent: 2 })
    expect(() => budget.spend(6, 10)).toThrow('6 rows were rejected; the job allows 5.')
    expect(() => createBudget({ mode: 'SKIP', maxPercent: 2 }).spend(30, 1_000)).toThrow(
      '30 of 1000 rows were rejected; the job allows 2 %.',
    )
  })
})
