import { describe, expect, test } from 'bun:test'
import {
  DEFAULT_HTTP_SETTINGS,
  type HttpData,
  type MountRoutes,
} from '../../../members/http/index.ts'
import { EngineError } from '../../../runtime/errors/index.ts'
import { serve, type Served } from './serving.ts'

/** Maps and queues of one process; a queue takes two elements. */
const createData = (): HttpData & { readonly maps: Map<string, Map<string, unknown>> } => {
  const maps = new Map<string, Map<string, unknown>>()
  const queues = new Map<string, unknown[]>()
  const mapOf = (name: string): Map<string, unknown> => {
    const known = maps.get(name) ?? new Map<string, unknown>()
    maps.set(name, known)
    return known
  }
  const queueOf = (name: string): unknown[] => {
    const known = queues.get(name) ?? []
    queues.set(name, known)
    return known
  }
  return {
    maps,
    map: (name) => ({
      get: async (key) => mapOf(name).get(key),
      set: async (key, value) => mapOf(name).set(key, value),
      delete: async (key) => mapOf(name).delete(key),
      clear: async () => mapOf(name).clear(),
    }),
    queue: (name) => ({
      offer: async (value) => queueOf(name).length < 2 && queueOf(name).push(value) > 0,
      poll: async (waitMs) => queueOf(name).shift() ?? (waitMs > 1000 ? `${waitMs} ms` : undefined),
      size: async () => queueOf(name).length,
    }),
  }
}

const endpointGroups = { ...DEFAULT_HTTP_SETTINGS.endpointGroups, data: true }

const serveData = async (mounts: readonly MountRoutes[] = []) => {
  const data = createData()
  const served = await serve({ settings: { endpointGroups }, mounts })
  served.facts.data = data
  return { served, data }
}

const ask = async (
  served: Served,
  method: string,
  path: string,
  init: BunFetchRequestInit = {},
): Promise<string> => {
  const response = await served.get(`/hazelcast/rest/${path}`, { method, ...init })
  const type = response.headers.get('content-type')
  return `${response.status} ${await response.text()}${type === null ? '' : ` (${type})`}`
}

const bodyOf = (body: string, type: string): BunFetchRequestInit => ({
  body,
  headers: { 'content-type': type },
})

describe("Hazelcast's endpoint group DATA", () => {
  test('puts, gets and deletes entries of maps, with their content type', async () => {
    const { served } = await serveData()
    await using _ = served
    const json = bodyOf('{"a":1}', 'application/json; charset=utf-8')
    expect(await ask(served, 'POST', 'maps/m/k', json)).toBe('200 ')
    expect(await ask(served, 'GET', 'maps/m/k')).toBe(
      '200 {"a":1} (application/json; charset=utf-8)',
    )
    expect(await ask(served, 'PUT', 'maps/m/k/', bodyOf('new', 'text/plain'))).toBe('200 ')
    expect(await ask(served, 'GET', 'maps/m/k/')).toBe('200 new (text/plain)')
    expect(await ask(served, 'GET', 'maps/m/other')).toBe('204 ')
    expect(await ask(served, 'DELETE', 'maps/m/k')).toBe('200 ')
    expect(await ask(served, 'GET', 'maps/m/k')).toBe('204 ')
    await ask(served, 'POST', 'maps/m/a', json)
    expect(await ask(served, 'DELETE', 'maps/m')).toBe('200 ')
    expect(await ask(served, 'GET', 'maps/m/a')).toBe('204 ')
  })

  test('keeps bytes as they are, and decodes names', async () => {
    const { served, data } = await serveData()
    await using _ = served
    const bytes = new Uint8Array([0, 255, 128, 10])
    await ask(served, 'POST', 'maps/m%20%C3%BC/a%2Fb%3F', { body: bytes })
    expect([...data.maps.keys(), ...data.maps.get('m ü')!.keys()]).toEqual(['m ü', 'a/b?'])
    const response = await served.get('/hazelcast/rest/maps/m%20%C3%BC/a%2Fb%3F')
    expect(response.headers.get('content-type')).toBe('application/octet-stream')
    expect(await response.bytes()).toEqual(bytes)
  })

  test('shows values that came another way: texts as they are, objects as JSON', async () => {
    const { served, data } = await serveData()
    await using _ = served
    const map = data.map('m')
    await map.set('text', 'hello')
    await map.set('object', { n: 1, big: 12n })
    await map.set('bytes', new Uint8Array([65]))
    expect(await ask(served, 'GET', 'maps/m/text')).toBe('200 hello (text/plain)')
    expect(await ask(served, 'GET', 'maps/m/object')).toBe(
      '200 {"n":1,"big":"12"} (application/json)',
    )
    expect(await ask(served, 'GET', 'maps/m/bytes')).toBe('200 A (application/octet-stream)')
  })

  test('offers to queues and polls them; a full queue is 503', async () => {
    const { served } = await serveData()
    await using _ = served
    const offer = (text: string): Promise<string> =>
      ask(served, 'POST', 'queues/q', bodyOf(text, 'text/csv'))
    expect([
      await offer('1'),
      await ask(served, 'POST', 'queues/q/simple'),
      await offer('3'),
    ]).toEqual(['200 ', '200 ', '503 '])
    expect(await ask(served, 'GET', 'queues/q/size')).toMatch(/^200 2 \(text\/plain/)
    expect(await ask(served, 'DELETE', 'queues/q/0')).toBe('200 1 (text/csv)')
    expect(await ask(served, 'GET', 'queues/q/1')).toBe('200 simple (text/plain)')
    expect(await ask(served, 'DELETE', 'queues/q/1')).toBe('204 ')
    expect(await ask(served, 'DELETE', 'queues/q/2')).toBe('200 2000 ms (text/plain)')
    // No longer than a request may take.
    expect(await ask(served, 'DELETE', 'queues/q/9000')).toBe('200 29500 ms (text/plain)')
  })

  test('answers 400 to what lacks a part, and 404 when it is off', async () => {
    const { served } = await serveData()
    await using _ = served
    const malformed: [string, string][] = [
      ['GET', 'maps/m'],
      ['POST', 'maps/m'],
      ['GET', 'queues/q'],
      ['DELETE', 'queues/q'],
      ['DELETE', 'queues/q/soon'],
    ]
    for (const [method, path] of malformed) {
      expect(await ask(served, method, path)).toMatch(/^400 .*lacks a part/)
    }
    await using off = await serve()
    off.facts.data = createData()
    expect(await ask(off, 'GET', 'maps/m/k')).toMatch(/^404 /)
  })

  test('answers 503 before the member has joined, and while the grid asks to come again', async () => {
    await using served = await serve({ settings: { endpointGroups } })
    expect(await ask(served, 'GET', 'maps/m/k')).toMatch(/^503 .*is not in the cluster/)
    const failing = (retry: 'backoff' | 'never'): HttpData => {
      const data = createData()
      const get = async (): Promise<never> => {
        throw new EngineError('NET-004', 'Not now', { retry })
      }
      return { ...data, map: (name) => ({ ...data.map(name), get }) }
    }
    served.facts.data = failing('backoff')
    expect(await ask(served, 'GET', 'maps/m/k')).toMatch(/^503 .*Not now/)
    served.facts.data = failing('never')
    expect(await ask(served, 'GET', 'maps/m/k')).toMatch(/^400 .*Not now/)
  })

  test('leaves the paths of jobs to jobs', async () => {
    const { served } = await serveData([
      (app) => {
        app.get('/hazelcast/rest/maps/job-info/:id', (context) => context.text('a job'))
      },
    ])
    await using _ = served
    expect(await ask(served, 'GET', 'maps/job-info/1')).toMatch(/^200 a job/)
  })

  test('needs the credentials of the cluster', async () => {
    await using served = await serve({
      settings: { endpointGroups, credentials: { token: 'secret' } },
    })
    served.facts.data = createData()
    expect(await ask(served, 'GET', 'maps/m/k')).toMatch(/^401 /)
  })
})
