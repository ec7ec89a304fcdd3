import type { ErrorHandler, Hono, NotFoundHandler } from 'hono'
import { EngineError, formatEngineError } from '../../runtime/errors/index.ts'
import type { MemberEnv } from './environment.ts'

/** Ends a request with a status and a sentence. */
export class HttpFailure extends Error {
  override readonly name = 'HttpFailure'
  readonly status: number
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message)
    this.status = status
    this.headers = headers
  }
}

/** The body of every refusal: that of SeaTunnel's REST interface. */
export const failureResponse = ({ status, message, headers }: HttpFailure): Response =>
  Response.json({ status: 'fail', message }, { status, headers })

const retryLater = { 'retry-after': '1' }

/** 503, with the hint to try again. */
export const unavailable = (message: string): HttpFailure =>
  new HttpFailure(503, message, retryLater)

/**
 * What a thrown thing answers: a failure as it says, a mistake of the user 400, a bug 500 with
 * nothing of its insides, which go to `onBug`.
 */
export const failureHandler =
  (onBug: (error: unknown) => void): ErrorHandler<MemberEnv> =>
  (error) => {
    if (error instanceof HttpFailure) return failureResponse(error)
    if (error instanceof EngineError) {
      return failureResponse(new HttpFailure(400, formatEngineError(error)))
    }
    onBug(error)
    return failureResponse(
      new HttpFailure(500, 'Tidegate itself failed; the log of this member has the details.'),
    )
  }

const METHODS: readonly string[] = ['GET', 'POST', 'PUT', 'DELETE']

/** 405 with the methods that there are where only the method is wrong, else 404. */
export const notFound =
  ({ router }: Hono<MemberEnv>): NotFoundHandler<MemberEnv> =>
  ({ req: { method, path } }) => {
    const allowed = METHODS.filter((each) =>
      router.match(each, path)[0].some(([[, route]]) => route.method === each),
    )
    if (allowed.length === 0) {
      return failureResponse(new HttpFailure(404, `There is nothing at ${path}.`))
    }
    const allow = allowed.join(', ')
    return failureResponse(
      new HttpFailure(405, `${path} takes ${allow}, not ${method}.`, { allow }),
    )
  }
