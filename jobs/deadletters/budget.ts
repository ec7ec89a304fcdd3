import { EngineError } from '../../runtime/errors/index.ts'
import type { DeadLetterPolicy } from '../plan/index.ts'

/** A share of fewer rows says nothing yet: the first row may be the only bad one. */
const SHARE_ROWS_MIN = 1_000

/** How many rows a job may fail to handle. Pure: the counts are its owner's. */
export interface Budget {
  /**
   * Checks the counts so far: rows rejected, and rows read where they are known. Throws ENG-003 when
   * more were rejected than the policy allows.
   */
  spend(rejectedCount: number, readCount?: number): void
  /** The same when no row follows any more: now the share of few rows counts too. */
  checkAtEnd(rejectedCount: number, readCount: number): void
}

export const createBudget = (policy: DeadLetterPolicy): Budget => {
  const { maxCount = Number.POSITIVE_INFINITY, maxPercent = Number.POSITIVE_INFINITY } = policy
  const checkShare = (rejectedCount: number, readCount: number): void => {
    if (readCount === 0 || rejectedCount * 100 <= readCount * maxPercent) return
    throw exceeded(
      `${rejectedCount} of ${readCount} rows were rejected; the job allows ${maxPercent} %`,
    )
  }
  return {
    spend(rejectedCount, readCount = 0) {
      if (rejectedCount > maxCount) {
        throw exceeded(`${rejectedCount} rows were rejected; the job allows ${maxCount}`)
      }
      if (readCount >= SHARE_ROWS_MIN) checkShare(rejectedCount, readCount)
    },
    checkAtEnd: checkShare,
  }
}

const exceeded = (sentence: string): EngineError =>
  new EngineError('ENG-003', `${sentence}. See the dead letters, or raise the budget in env.`)
