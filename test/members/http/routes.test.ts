import { describe, expect, test } from 'bun:test'
import { EngineError } from '../../../runtime/errors/index.ts'
import type { MountRoutes } from '../../../members/http/index.ts'
import { host, memberInfo, serve } from './serving.ts'

const statusOf = async (answer: Promise<Response>): Promise<number> => (await answer).status

describe('probes', () => {
  test('follow a member from its start to its end', async () => {
    await using served = await serve()
    const probe = (): Promise<number[]> =>
      Promise.all(
        ['live', 'startup', 'ready'].map((name) => statusOf(served.get(`/health/${name}`))),
      )
    served.facts.state = 'starting'
    served.facts.activeMaster = undefined
    expect(await probe()).toEqual([200, 503, 503])
    served.facts.state = 'joined'
    expect(await probe()).toEqual([200, 200, 503])
    served.facts.activeMaster = 'one'
    expect(await probe()).toEqual([200, 200, 200])
    served.facts.state = 'draining'
    expect(await probe()).toEqual([200, 200, 503])
    served.facts.state = 'stopped'
    expect(await probe()).toEqual([503, 200, 503])
  })

  test('live fails when a turn of the event loop takes too long', async () => {
    const servedWith = async (turnMs: number): Promise<number> => {
      let nowMs = 0
      const clock = { ...host.clock, monotonic: () => (nowMs += turnMs) }
      await using served = await serve({ on: { ...host, clock } })
      return await statusOf(served.get('/health/live'))
    }
    expect(await servedWith(4900)).toBe(200)
    expect(await servedWith(5100)).toBe(503)
  })
})

describe("Hazelcast's health check", () => {
  test('answers what its own does', async () => {
    await using served = await serve()
    expect(await (await served.get('/hazelcast/health')).json()).toEqual({
      nodeState: 'ACTIVE',
      clusterState: 'ACTIVE',
      clusterSafe: true,
      migrationQueueSize: 0,
      clusterSize: 1,
    })
    expect(await (await served.get('/hazelcast/health/node-state')).text()).toBe('"ACTIVE"')
    expect(await (await served.get('/hazelcast/health/cluster-size')).text()).toBe('1')
  })

  test('is not there when its endpoint group is off, nor are other groups with theirs', async () => {
    const statusesWith = async (clusterRead: boolean, healthCheck: boolean): Promise<number[]> => {
      await using served = await serve({
        settings: { endpointGroups: { clusterRead, healthCheck, data: false } },
      })
      const paths = ['/hazelcast/rest/cluster', '/hazelcast/health', '/health/ready', '/members']
      return await Promise.all(paths.map((path) => statusOf(served.get(path))))
    }
    expect(await statusesWith(false, true)).toEqual([404, 200, 200, 200])
    expect(await statusesWith(true, false)).toEqual([200, 404, 200, 200])
  })

  test('tells unsafe and unready by the status', async () => {
    await using served = await serve()
    expect(await statusOf(served.get('/hazelcast/health/cluster-safe'))).toBe(200)
    expect(await statusOf(served.get('/hazelcast/health/ready'))).toBe(200)
    served.facts.isSafe = false
    served.facts.state = 'draining'
    expect(await statusOf(served.get('/hazelcast/health/cluster-safe'))).toBe(503)
    expect(await statusOf(served.get('/hazelcast/health/ready'))).toBe(503)
    expect(await (await served.get('/hazelcast/health/node-state')).json()).toBe('PASSIVE')
  })

  test('is not ready while maps that are kept are recovered, and says where they cannot be kept', async () => {
    await using served = await serve()
    served.facts.persistence = 'recovering'
    expect(await statusOf(served.get('/health/ready'))).toBe(503)
    served.facts.persistence = 'refusing'
    const answer = await served.get('/health/ready')
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({ persistence: 'refusing' })
  })
})

describe('the cluster', () => {
  test('is told as ours and as Hazelcast does', async () => {
    await using served = await serve()
    served.facts.members = [memberInfo('one'), memberInfo('two')]
    served.facts.members[1] = { ...memberInfo('two'), role: 'worker' }
    served.facts.httpUrls = { one: 'http://127.0.0.1:8080' }
    served.facts.connections = { members: 1, clients: 3 }
    const ours = await (await served.get('/members')).json()
    expect(ours).toMatchObject({
      clusterName: 'seatunnel',
      membersVersion: 7,
      isSafe: true,
      migrations: 0,
      activeMaster: 'one',
      members: [
        { id: 'one', address: '127.0.0.1:5801', httpUrl: 'http://127.0.0.1:8080', isLocal: true },
        { id: 'two', role: 'worker', isActiveMaster: false, httpUrl: null },
      ],
    })
    const theirs = await (await served.get('/hazelcast/rest/cluster')).json()
    expect(theirs).toMatchObject({
      members: [
        { address: '[127.0.0.1]:5801', liteMember: false, localMember: true, uuid: 'one' },
        { address: '[127.0.0.1]:5801', liteMember: true, localMember: false, uuid: 'two' },
      ],
      connectionCount: 3,
      allConnectionCount: 4,
    })
  })

  test('tells the effective configuration', async () => {
    await using served = await serve()
    expect(await (await served.get('/config')).json()).toMatchObject({
      'cluster-name': { origin: 'default' },
    })
  })

  test('stands below the context path only', async () => {
    await using served = await serve({ settings: { contextPath: '/engine' } })
    expect(served.url).toEndWith('/engine')
    expect(await statusOf(served.get('/members'))).toBe(200)
    expect(await statusOf(fetch(served.url.replace('/engine', '/members')))).toBe(404)
  })
})

describe('a path', () => {
  test.each(['', '/engine'])(
    'is the same with a slash at its end, below %p',
    async (contextPath) => {
      const mount: MountRoutes = (app) =>
        app
          .get('/', (context) => context.text('the page'))
          .post('/thing', (context) => context.text('taken'))
          .get('/thing/:id', (context) => context.text(context.req.param('id')))
      await using served = await serve({ settings: { contextPath }, mounts: [mount] })
      const textOf = async (path: string, init?: BunFetchRequestInit): Promise<string> =>
        (await served.get(path, init)).text()
      for (const end of ['', '/']) {
        expect(await textOf(end)).toBe('the page')
        expect(await textOf(`/thing${end}?a=b`, { method: 'POST' })).toBe('taken')
        expect(await textOf(`/thing/7${end}`)).toBe('7')
        expect(await statusOf(served.get(`/members${end}`))).toBe(200)
        expect(await statusOf(served.get(`/health/live${end}`))).toBe(200)
        expect(await statusOf(served.get(`/hazelcast/health${end}`))).toBe(200)
        expect(await statusOf(served.get(`/hazelcast/rest/cluster${end}`))).toBe(200)
      }
    },
  )

  test('asked for by a wrong method answers 405 with those that it takes', async () => {
    const mount: MountRoutes = (app) =>
      app.get('/thing', (context) => context.text('')).put('/thing', (context) => context.text(''))
    await using served = await serve({ mounts: [mount] })
    for (const method of ['POST', 'DELETE', 'PATCH', 'OPTIONS']) {
      const answer = await served.get('/thing', { method })
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, PUT'])
      const message = `/thing takes GET, PUT, not ${method}.`
      expect(await answer.json()).toEqual({ status: 'fail', message })
    }
    expect(await statusOf(served.get('/nothing', { method: 'POST' }))).toBe(404)
  })
})

describe('failures', () => {
  test('have one form, and a bug tells nothing of its insides', async () => {
    await using served = await serve({
      mounts: [
        (app) =>
          app
            .get('/mistake', () => {
              throw new EngineError('CFG-003', 'The option x is missing.')
            })
            .get('/bug', () => {
              throw new Error('the inside of it')
            }),
      ],
    })
    const mistake = await served.get('/mistake')
    expect(mistake.status).toBe(400)
    expect(await mistake.json()).toEqual({
      status: 'fail',
      message: 'CFG-003 The option x is missing.',
    })
    const bug = await served.get('/bug')
    expect(bug.status).toBe(500)
    expect(await bug.text()).not.toContain('inside')
    expect(served.bugs).toHaveLength(1)
    const nothing = await served.get('/nothing')
    expect(nothing.status).toBe(404)
    expect(await nothing.json()).toMatchObject({ status: 'fail' })
  })
})
