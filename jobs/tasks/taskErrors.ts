import { EngineError, messageOf } from '../../runtime/errors/index.ts'
import type { TaskError } from './messages.ts'

export const toTaskError = (thrown: unknown, vertexName?: string): TaskError => {
  const known = thrown instanceof EngineError ? thrown : undefined
  return {
    message: messageOf(thrown),
    code: known?.code,
    at: known?.at,
    retry: known?.retry ?? 'never',
    stack: thrown instanceof Error ? thrown.stack : undefined,
    vertexName,
  }
}

/** The error again, on the other thread: an EngineError stays one, a bug keeps its stack. */
export const fromTaskError = (error: TaskError): Error => {
  const where = error.vertexName === undefined ? '' : `${error.vertexName}: `
  if (error.code !== undefined) {
    return new EngineError(error.code, where + error.message, { at: error.at, retry: error.retry })
  }
  const bug = new Error(where + error.message)
  if (error.stack !== undefined) bug.stack = error.stack
  return bug
}
