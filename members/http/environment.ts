import type { MiddlewareHandler } from 'hono'

/** What the handlers of a request find in its context. */
export interface MemberEnv {
  readonly Variables: {
    /** Aborted when the client is gone or the time is up: stop working then. */
    readonly signal: AbortSignal
  }
}

export type MemberMiddleware = MiddlewareHandler<MemberEnv>
