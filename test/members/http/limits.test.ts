import { describe, expect, test } from 'bun:test'
import type { MountRoutes } from '../../../members/http/index.ts'
import { serve } from './serving.ts'

const echo: MountRoutes = (app) =>
  app.post('/echo', async (context) => context.text(await context.req.text()))

/** A body whose length is not told. */
const chunked = (bytes: number): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start: (controller) => {
      for (let sent = 0; sent < bytes; sent += 512) controller.enqueue(new Uint8Array(512))
      controller.close()
    },
  })

describe('a body', () => {
  const settings = { bodyBytesMax: 4096 }

  test('that is too long is refused, whether its length is told or not', async () => {
    await using served = await serve({ settings, mounts: [echo] })
    for (const body of ['x'.repeat(4097), chunked(8192)]) {
      const answer = await served.get('/echo', { method: 'POST', body })
      expect(answer.status).toBe(413)
      expect(await answer.json()).toEqual({
        status: 'fail',
        message: 'The body is longer than 4096 bytes.',
      })
    }
  })

  test('that just fits is read', async () => {
    await using served = await serve({ settings, mounts: [echo] })
    for (const body of ['x'.repeat(4096), chunked(4096)]) {
      const answer = await served.get('/echo', { method: 'POST', body })
      expect((await answer.text()).length).toBe(4096)
    }
  })
})

describe('a request', () => {
  test('that takes too long is answered, and its handler told', async () => {
    const told = Promise.withResolvers<unknown>()
    await using served = await serve({
      settings: { requestTimeoutMs: 30 },
      mounts: [
        (app) =>
          app.get('/slow', (context) => {
            const signal = context.get('signal')
            signal.addEventListener('abort', () => told.resolve(signal.reason))
            return new Promise<Response>(() => {})
          }),
      ],
    })
    const answer = await served.get('/slow')
    expect(answer.status).toBe(503)
    expect(answer.headers.get('retry-after')).toBe('1')
    expect(await answer.json()).toMatchObject({ message: 'No answer was found within 30 ms.' })
    expect(String(await told.promise)).toContain('30 ms')
  })

  test('above the number that may run at once is told to come again', async () => {
    const arrived = Promise.withResolvers<void>()
    const release = Promise.withResolvers<void>()
    await using served = await serve({
      settings: { requestsMax: 1 },
      mounts: [
        (app) =>
          app.get('/held', async (context) => {
            arrived.resolve()
            await release.promise
            return context.text('done')
          }),
      ],
    })
    const held = served.get('/held')
    await arrived.promise
    expect((await served.get('/members')).status).toBe(503)
    expect((await served.get('/health/live')).status).toBe(200)
    release.resolve()
    expect(await (await held).text()).toBe('done')
    expect((await served.get('/members')).status).toBe(200)
  })
})
