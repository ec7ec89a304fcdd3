import { HttpFailure, unavailable } from '../../members/http/index.ts'
import { EngineError, formatEngineError } from '../../runtime/errors/index.ts'

/** Codes that say nothing about the request: the same one may do well a moment later. */
const PASSING: ReadonlySet<string> = new Set(['JOB-001'])

/** Answers 503 where only the cluster is at fault, and leaves mistakes of the user to be told as such. */
export const answering = async <Answer>(work: Promise<Answer>): Promise<Answer> => {
  try {
    return await work
  } catch (thrown) {
    if (thrown instanceof EngineError && PASSING.has(thrown.code)) {
      throw unavailable(formatEngineError(thrown))
    }
    throw thrown
  }
}

export const badRequest = (message: string): HttpFailure => new HttpFailure(400, message)
