import { type Context, Hono } from 'hono'
import { EngineError, formatEngineError } from '../../../runtime/errors/index.ts'
import type { MemberEnv } from '../environment.ts'
import { HttpFailure, unavailable } from '../failure.ts'
import { type RestValue, toRestValue } from './restValue.ts'

/** The maps and queues behind Hazelcast's endpoint group DATA. */
export interface HttpData {
  map(name: string): HttpDataMap
  queue(name: string): HttpDataQueue
}

export interface HttpDataMap {
  get(key: string): Promise<unknown>
  set(key: string, value: unknown): Promise<unknown>
  delete(key: string): Promise<unknown>
  clear(): Promise<unknown>
}

export interface HttpDataQueue {
  offer(value: unknown): Promise<boolean>
  poll(waitMs: number, signal: AbortSignal): Promise<unknown>
  size(): Promise<number>
}

export interface DataRoutesOptions {
  /** Undefined until this member has joined. */
  readonly data: () => HttpData | undefined
  /** A poll is answered before the time of every request is up. */
  readonly waitMsMax: number
}

const OCTETS = 'application/octet-stream'

const answer = (context: Context<MemberEnv>, value: unknown): Response => {
  if (value === undefined || value === null) return context.body(null, 204)
  const { restType, restBody } = toRestValue(value)
  return new Response(restBody.slice(), { headers: { 'content-type': restType } })
}

const bodyOf = async ({ req }: Context<MemberEnv>): Promise<RestValue> => ({
  restType: req.header('content-type') ?? OCTETS,
  restBody: new Uint8Array(await req.arrayBuffer()),
})

const malformed = (path: string): HttpFailure =>
  new HttpFailure(400, `${path} lacks a part: see maps/MAP/KEY, queues/QUEUE/SECONDS.`)

/** A slash at the end is no part of the last name. */
const nameOf = ({ req }: Context<MemberEnv>, part: 'name' | 'rest'): string => {
  const name = (req.param(part) ?? '').replace(/\/$/, '')
  if (name === '') throw malformed(req.path)
  return name
}

/** What may go well a moment later is 503; any other refusal by the grid is one of the request. */
const serving = async (work: () => Promise<Response>): Promise<Response> => {
  try {
    return await work()
  } catch (thrown) {
    if (!(thrown instanceof EngineError) || thrown.retry === 'never') throw thrown
    throw unavailable(formatEngineError(thrown))
  }
}

/**
 * Hazelcast's endpoint group DATA, below `/hazelcast/rest`: keys are texts, a value keeps its content
 * type, what is not there is 204, a full queue 503.
 */
export const dataRoutes = ({ data, waitMsMax }: DataRoutesOptions): Hono<MemberEnv> => {
  const present = (): HttpData => {
    const found = data()
    if (found === undefined) throw unavailable('This member is not in the cluster right now.')
    return found
  }
  const mapOf = (context: Context<MemberEnv>): HttpDataMap => present().map(nameOf(context, 'name'))
  const queueOf = (context: Context<MemberEnv>): HttpDataQueue =>
    present().queue(nameOf(context, 'name'))

  const put = (context: Context<MemberEnv>): Promise<Response> =>
    serving(async () => {
      await mapOf(context).set(nameOf(context, 'rest'), await bodyOf(context))
      return context.body(null, 200)
    })
  const offer = (context: Context<MemberEnv>): Promise<Response> =>
    serving(async () => {
      const simple = context.req.param('rest')?.replace(/\/$/, '')
      const isSimple = simple !== undefined && simple !== ''
      const value = isSimple ? toRestValue(simple) : await bodyOf(context)
      const isTaken = await queueOf(context).offer(value)
      return context.body(null, isTaken ? 200 : 503)
    })
  const poll = (context: Context<MemberEnv>): Promise<Response> =>
    serving(async () => {
      const seconds = nameOf(context, 'rest')
      if (!/^\d+$/.test(seconds)) throw malformed(context.req.path)
      const waitMs = Math.min(Number(seconds) * 1000, waitMsMax)
      return answer(context, await queueOf(context).poll(waitMs, context.get('signal')))
    })
  return new Hono<MemberEnv>()
    .get('/maps/:name/:rest{.+}', (context) =>
      serving(async () => answer(context, await mapOf(context).get(nameOf(context, 'rest')))),
    )
    .post('/maps/:name/:rest{.+}', put)
    .put('/maps/:name/:rest{.+}', put)
    .delete('/maps/:name/:rest{.+}', (context) =>
      serving(async () => {
        await mapOf(context).delete(nameOf(context, 'rest'))
        return context.body(null, 200)
      }),
    )
    .delete('/maps/:name', (context) =>
      serving(async () => {
        await mapOf(context).clear()
        return context.body(null, 200)
      }),
    )
    .all('/maps/:name', ({ req }) => {
      throw malformed(req.path)
    })
    .get('/queues/:name/size', (context) =>
      serving(async () => context.text(String(await queueOf(context).size()))),
    )
    .get('/queues/:name/:rest{.+}', poll)
    .delete('/queues/:name/:rest{.+}', poll)
    .post('/queues/:name', offer)
    .put('/queues/:name', offer)
    .post('/queues/:name/:rest{.+}', offer)
    .all('/queues/:name', ({ req }) => {
      throw malformed(req.path)
    })
}
