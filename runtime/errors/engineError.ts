import type { ErrorCode } from '../codes/index.ts'
import { formatPlace, type Place } from './places.ts'

/** Whether trying again can help: `backoff` waits, `reconnect` opens the connection anew. */
export type Retry = 'never' | 'backoff' | 'reconnect'

export interface EngineErrorOptions {
  readonly at?: Place | undefined
  readonly retry?: Retry
  readonly cause?: unknown
}

/** An error that a user can act on. It is shown as a code, one sentence and a place, never a stack. */
export class EngineError extends Error {
  override readonly name = 'EngineError'
  readonly code: ErrorCode
  readonly at: Place | undefined
  readonly retry: Retry

  constructor(code: ErrorCode, message: string, options: EngineErrorOptions = {}) {
    super(message, { cause: options.cause })
    this.code = code
    this.at = options.at
    this.retry = options.retry ?? 'never'
  }
}

/** `file:line:column CODE sentence`, or `CODE sentence` where no place is known. */
export const formatEngineError = (error: EngineError): string =>
  `${error.at === undefined ? '' : `${formatPlace(error.at)} `}${error.code} ${error.message}`

/** The text of anything thrown, without its stack. */
export const messageOf = (thrown: unknown): string =>
  thrown instanceof Error ? thrown.message : String(thrown)
