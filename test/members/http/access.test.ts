import { describe, expect, test } from 'bun:test'
import { DEFAULT_HTTP_SETTINGS, startMemberHttp } from '../../../members/http/index.ts'
import { host, serve } from './serving.ts'

const basic = (username: string, password: string): RequestInit => ({
  headers: { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` },
})
const bearer = (token: string): RequestInit => ({ headers: { authorization: `Bearer ${token}` } })

const failureOf = (starting: Promise<unknown>): Promise<unknown> =>
  starting.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )

const CREDENTIALS = { basic: { username: 'admin', password: 'pässword' }, token: 'a-token' }

describe('credentials', () => {
  test('let in by password or by token, and nothing else', async () => {
    await using served = await serve({ settings: { credentials: CREDENTIALS } })
    const statusFor = async (init?: RequestInit): Promise<number> =>
      (await served.get('/members', init)).status
    expect(await statusFor(basic('admin', 'pässword'))).toBe(200)
    expect(await statusFor(bearer('a-token'))).toBe(200)
    for (const wrong of [
      undefined,
      basic('admin', 'password'),
      basic('root', 'pässword'),
      basic('', ''),
      bearer('a-toke'),
      bearer('a-token-'),
      bearer(Buffer.from('admin:pässword').toString('base64')),
      { headers: { authorization: 'Basic' } },
    ]) {
      expect(await statusFor(wrong)).toBe(401)
    }
  })

  test('are asked for by name, and never shown', async () => {
    await using served = await serve({ settings: { credentials: CREDENTIALS } })
    const refused = await served.get('/config')
    expect(refused.headers.get('www-authenticate')).toStartWith('Basic realm="Tidegate"')
    const text = await refused.text()
    expect(JSON.parse(text)).toMatchObject({ status: 'fail' })
    expect(text).not.toContain('a-token')
  })

  test('are not asked for by probes', async () => {
    await using served = await serve({ settings: { credentials: CREDENTIALS } })
    expect((await served.get('/health/live')).status).toBe(200)
    expect((await served.get('/hazelcast/health')).status).toBe(200)
    expect((await served.get('/hazelcast/rest/cluster')).status).toBe(401)
  })
})

describe('a port that others can reach', () => {
  const everywhere = [{ address: { host: '0.0.0.0', port: 0 }, portRange: 0 }]

  test('is refused without credentials', async () => {
    const starting = startMemberHttp(host, {
      settings: { ...DEFAULT_HTTP_SETTINGS, listeners: everywhere },
      member: {} as never,
      onBug: () => {},
    })
    expect(await failureOf(starting)).toMatchObject({ code: 'API-001' })
  })

  test('is served with credentials, or when it is said out loud', async () => {
    await using withToken = await serve({
      settings: { listeners: everywhere, credentials: { token: 'a-token' } },
    })
    expect((await withToken.get('/members', bearer('a-token'))).status).toBe(200)
    await using insecure = await serve({ settings: { listeners: everywhere, insecure: true } })
    expect((await insecure.get('/members')).status).toBe(200)
  })
})

describe('pages of other sites', () => {
  test('get nothing from a port on loopback', async () => {
    await using served = await serve()
    const rebound = await served.get('/members', { headers: { host: 'evil.example' } })
    expect(rebound.status).toBe(403)
    const foreign = await served.get('/members', { headers: { origin: 'http://evil.example' } })
    expect(foreign.status).toBe(403)
    const own = await served.get('/members', { headers: { origin: new URL(served.url).origin } })
    expect(own.status).toBe(200)
  })

  test('cannot know the credentials, so that a proxy may ask by any name', async () => {
    await using served = await serve({ settings: { credentials: { token: 'a-token' } } })
    const headers = { host: 'members.example', authorization: 'Bearer a-token' }
    expect((await served.get('/members', { headers })).status).toBe(200)
    const foreign = { ...headers, origin: 'http://evil.example' }
    expect((await served.get('/members', { headers: foreign })).status).toBe(403)
  })
})

describe('the port', () => {
  test('moves on when it is taken, as far as it may', async () => {
    await using first = await serve()
    const port = Number(new URL(first.url).port)
    const at = (portRange: number) => ({
      listeners: [{ address: { host: '127.0.0.1', port }, portRange }],
    })
    await using second = await serve({ settings: at(20) })
    expect(Number(new URL(second.url).port)).toBeGreaterThan(port)
    expect(await failureOf(serve({ settings: at(0) }))).toMatchObject({ code: 'HST-006' })
  })
})
