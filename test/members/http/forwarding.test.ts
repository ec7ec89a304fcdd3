import { describe, expect, test } from 'bun:test'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { MountRoutes } from '../../../members/http/index.ts'
import { memberInfo, serve, type Served, type ServeOptions } from './serving.ts'

const mount: MountRoutes = (app, { onlyActiveMaster }) =>
  app
    .post('/job', onlyActiveMaster, async (context) => {
      const bytes = new Uint8Array(await context.req.arrayBuffer())
      const name = context.req.query('name')
      return context.json({ name, length: bytes.length }, 201, { 'x-answered-by': 'master' })
    })
    .get('/endless', onlyActiveMaster, () => {
      const first = new TextEncoder().encode('first')
      return new Response(new ReadableStream({ start: (controller) => controller.enqueue(first) }))
    })

/** Two members of which the first is the active master, and the second one that is not. */
const twoMembers = async (options: Omit<ServeOptions, 'id'> = {}) => {
  const master = await serve({ ...options, id: 'master', mounts: [mount] })
  const other = await serve({ ...options, id: 'other', mounts: [mount] })
  const members = [memberInfo('master'), memberInfo('other')]
  for (const { facts } of [master, other]) {
    facts.members = members
    facts.activeMaster = 'master'
    facts.httpUrls = { master: master.url, other: other.url }
  }
  return {
    master,
    other,
    [Symbol.asyncDispose]: async () => {
      await other[Symbol.asyncDispose]()
      await master[Symbol.asyncDispose]()
    },
  }
}

const messageOf = async (answer: Response): Promise<string> =>
  ((await answer.json()) as { message: string }).message

const post = (to: Served, init: RequestInit = {}): Promise<Response> =>
  to.get('/job?name=a%20b', { method: 'POST', body: new Uint8Array(3_000_000), ...init })

describe('a request for the active master', () => {
  test('is passed on with its body, its query, its status and its headers', async () => {
    await using both = await twoMembers({ settings: { contextPath: '/engine' } })
    const answer = await post(both.other)
    expect(answer.status).toBe(201)
    expect(answer.headers.get('x-answered-by')).toBe('master')
    expect(await answer.json()).toEqual({ name: 'a b', length: 3_000_000 })
  })

  test('carries the credentials, which both ask for', async () => {
    await using both = await twoMembers({ settings: { credentials: { token: 'a-token' } } })
    expect((await post(both.other)).status).toBe(401)
    const headers = { authorization: 'Bearer a-token' }
    expect((await post(both.other, { headers })).status).toBe(201)
  })

  test('is answered as a stream', async () => {
    await using both = await twoMembers()
    const answer = await both.other.get('/endless')
    const reader = answer.body!.getReader()
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('first')
    await reader.cancel()
  })

  test('is refused while there is no active master', async () => {
    await using both = await twoMembers()
    both.other.facts.activeMaster = undefined
    const answer = await post(both.other)
    expect(answer.status).toBe(503)
    expect(answer.headers.get('retry-after')).toBe('1')
  })

  test('does not go in circles when two members disagree', async () => {
    await using both = await twoMembers()
    both.master.facts.activeMaster = 'other'
    const answer = await post(both.other)
    expect(answer.status).toBe(503)
    expect(await messageOf(answer)).toContain('changing')
  })

  test('says so when the active master is gone', async () => {
    await using both = await twoMembers()
    await both.master[Symbol.asyncDispose]()
    const answer = await post(both.other, { body: 'x' })
    expect(answer.status).toBe(502)
    expect(await messageOf(answer)).toContain('cannot be reached')
  })

  test('gives up on an active master that says nothing', async () => {
    const silent = createServer(() => {})
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const { port } = silent.address() as AddressInfo
    await using served = await serve({ mounts: [mount], settings: { requestTimeoutMs: 50 } })
    served.facts.httpUrls = { silent: `http://127.0.0.1:${port}` }
    served.facts.activeMaster = 'silent'
    expect((await post(served, { body: 'x' })).status).toBe(503)
    silent.closeAllConnections()
    silent.close()
  })

  test("ends with the one who asked, which is nobody's bug", async () => {
    const asked = Promise.withResolvers<void>()
    const ended = Promise.withResolvers<void>()
    const silent = createServer((request) => {
      request.socket.on('close', () => ended.resolve())
      asked.resolve()
    })
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const { port } = silent.address() as AddressInfo
    await using served = await serve({ mounts: [mount] })
    served.facts.httpUrls = { silent: `http://127.0.0.1:${port}` }
    served.facts.activeMaster = 'silent'
    const client = new AbortController()
    const answer = post(served, { body: 'x', signal: client.signal }).catch(() => 'gone')
    await asked.promise
    client.abort()
    expect(await answer).toBe('gone')
    await ended.promise
    expect((await served.get('/health/live')).status).toBe(200)
    expect(served.bugs).toEqual([])
    silent.close()
  })

  test('has a bounded body, told or not', async () => {
    await using both = await twoMembers({ settings: { bodyBytesMax: 1000 } })
    expect((await post(both.other)).status).toBe(413)
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        for (let index = 0; index < 100; index += 1) controller.enqueue(new Uint8Array(100))
        controller.close()
      },
    })
    expect((await post(both.other, { body })).status).toBe(413)
  })
})
