import type { Clock } from '../../runtime/host/index.ts'
import type { MemberMiddleware } from './environment.ts'
import { HttpFailure, unavailable } from './failure.ts'

/** At most `requestsMax` at once; the rest are told to come again. */
export const limitRequests = (requestsMax: number): MemberMiddleware => {
  let running = 0
  return async (_, next) => {
    if (running >= requestsMax) throw unavailable('This member has too much to do right now.')
    running += 1
    try {
      await next()
    } finally {
      running -= 1
    }
  }
}

/** Answers 503 when a handler takes longer than `timeoutMs`, and tells it to stop. */
export const limitTime =
  (clock: Clock, timeoutMs: number): MemberMiddleware =>
  async (context, next) => {
    const timeUp = new AbortController()
    const late = Promise.withResolvers<never>()
    const timer = clock.timer(timeoutMs, () => {
      const failure = unavailable(`No answer was found within ${timeoutMs} ms.`)
      timeUp.abort(failure)
      late.reject(failure)
    })
    context.set('signal', AbortSignal.any([context.req.raw.signal, timeUp.signal]))
    try {
      await Promise.race([next(), late.promise])
    } finally {
      timer.cancel()
    }
  }

const tooLong = (bytesMax: number): HttpFailure =>
  new HttpFailure(413, `The body is longer than ${bytesMax} bytes.`)

/** Passes on at most `bytesMax`, then fails whoever reads. */
const counting = (bytesMax: number): TransformStream<Uint8Array, Uint8Array> => {
  let seenBytes = 0
  return new TransformStream({
    transform: (chunk, controller) => {
      seenBytes += chunk.length
      if (seenBytes > bytesMax) controller.error(tooLong(bytesMax))
      else controller.enqueue(chunk)
    },
  })
}

/** Refuses a longer body with 413: at once where its length is told, else while it is read. */
export const limitBody =
  (bytesMax: number): MemberMiddleware =>
  async (context, next) => {
    const { raw } = context.req
    const told = raw.headers.get('content-length')
    if (told !== null && Number(told) > bytesMax) throw tooLong(bytesMax)
    if (told === null && raw.body !== null) {
      const body = raw.body.pipeThrough(counting(bytesMax))
      context.req.raw = new Request(raw, { method: raw.method, body })
    }
    await next()
  }
