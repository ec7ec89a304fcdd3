import { EngineError } from '../../../runtime/errors/index.ts'

/** Each time a member is lost just then: more often than that something else is wrong. */
const TRIES_MAX = 10

/**
 * Does something again while nobody knows whether it has run (GRD-002): for what does twice no more
 * than once. Any other error is thrown at once.
 */
export const untilSure = async <Result>(action: () => Promise<Result>): Promise<Result> => {
  for (let tries = 1; ; tries += 1) {
    try {
      return await action()
    } catch (thrown) {
      const isInDoubt = thrown instanceof EngineError && thrown.code === 'GRD-002'
      if (!isInDoubt || tries === TRIES_MAX) throw thrown
    }
  }
}
