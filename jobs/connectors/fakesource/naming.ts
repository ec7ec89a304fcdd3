import { EngineError } from '../../../runtime/errors/index.ts'

/** Converts what a user wrote; an error tells where it was written. */
export const naming = <Result>(where: string, convert: () => Result): Result => {
  try {
    return convert()
  } catch (error) {
    if (!(error instanceof EngineError)) throw error
    throw new EngineError(error.code, `FakeSource: ${where}: ${error.message}`, { cause: error })
  }
}
