import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createWorkspace } from '../tidegate.ts'
import { until } from './files.ts'
import {
  endlessJob,
  fails,
  jobOf,
  matches,
  restAt,
  startRestMembers,
  submitted,
  untilStatus,
  type Rest,
  type RestMembers,
} from './rest.ts'

let members: RestMembers
let master: Rest
let worker: Rest
beforeAll(async () => {
  members = await startRestMembers()
  ;({ master, worker } = members)
}, 60_000)
afterAll(() => members[Symbol.asyncDispose]())

describe('a member', () => {
  test('tells of all members, in texts only', async () => {
    const { json } = await worker.get('/system-monitoring-information')
    const facts = json as Record<string, unknown>[]
    expect(facts).toHaveLength(2)
    const values = facts.flatMap((each) => Object.values(each))
    expect(values.every((value) => typeof value === 'string')).toBe(true)
    expect(facts.map(({ isMaster }) => isMaster).toSorted()).toEqual(['false', 'true'])
    for (const each of facts) {
      matches(each, {
        host: '127.0.0.1',
        port: expect.stringMatching(/^\d+$/),
        'physical.memory.total': expect.stringMatching(/^\d+\.\d[MG]$/),
        'heap.memory.used': expect.stringMatching(/^\d+\.\dM$/),
        'connection.count': '1',
        'connection.active.count': '1',
      })
    }
  })

  test('tells of the threads that it has, and of the tasks that they ran', async () => {
    const jobId = await submitted(master, '', endlessJob('threads'))
    await untilStatus(master, jobId, 'RUNNING')
    const threadsOf = async (rest: Rest): Promise<{ threadName: string; threadState: string }[]> =>
      (await rest.get('/thread-dump')).json as { threadName: string; threadState: string }[]
    const all = (await Promise.all([master, worker].map(threadsOf))).flat()
    const own = all.filter(({ threadName }) => threadName.startsWith(`job-${jobId} pipeline-1 `))
    expect(own.length).toBeGreaterThan(0)
    expect(own.every(({ threadState }) => threadState === 'RUNNABLE')).toBe(true)
    expect(all.filter(({ threadName }) => threadName === 'member')).toHaveLength(2)
    const { json: running } = await worker.get('/running-threads')
    const names = (await threadsOf(worker)).map(({ threadName }) => threadName)
    expect((running as { threadName: string }[]).map(({ threadName }) => threadName)).toEqual(names)
    const sumOf = async (name: string): Promise<number> => {
      const texts = await Promise.all([master, worker].map((rest) => rest.get('/metrics')))
      const values = texts.map(
        ({ text }) => new RegExp(`^${name}\\{.*\\} (\\d+)$`, 'm').exec(text)?.[1],
      )
      return values.reduce((sum, value) => sum + Number(value), 0)
    }
    const begun = await sumOf('job_thread_pool_task_total')
    const ended = await sumOf('job_thread_pool_completedTask_total')
    expect(begun).toBeGreaterThan(ended)
    expect(await sumOf('job_thread_pool_activeCount')).toBe(own.length)
    await master.post('/stop-job', { jobId })
    await until('all have ended', async () => {
      const isOver = (await sumOf('job_thread_pool_completedTask_total')) === begun
      return isOver && (await sumOf('job_thread_pool_activeCount')) === 0
    })
  }, 30_000)

  test('takes tags, and says what is wrong with others', async () => {
    const done = { status: 200, json: { status: 'success', message: expect.any(String) } }
    matches(await worker.post('/update-tags', { zone: 'north' }), done)
    await until('the tag is known', async () => {
      const { json } = await master.get('/overview?zone=north')
      return (json as { workers: string }).workers === '1'
    })
    matches(await worker.post('/update-tags', {}), done)
    fails(await worker.post('/update-tags', ''), 400, 'Request body is empty.')
    fails(await worker.post('/update-tags', 'x'), 400, 'Invalid JSON format in request body.')
    fails(await worker.post('/update-tags', '[1]'), 400)
    fails(await worker.post('/update-tags', { zone: { a: 1 } }), 400, 'zone')
  })

  test('hides what is secret', async () => {
    const job = jobOf('secret') as { source: object[] }
    const source = [{ ...job.source[0], password: 'plain' }]
    const { status, json } = await master.post('/encrypt-config', {
      ...job,
      env: { 'shade.identifier': 'base64' },
      source,
    })
    expect(status).toBe(200)
    const [hidden] = (json as { source: { password: string }[] }).source
    expect(atob(hidden!.password)).toBe('plain')
  })

  test('shows logs of all, of a job, and of itself', async () => {
    const jobId = await submitted(master, '', jobOf('logged'))
    await untilStatus(master, jobId, 'FINISHED')
    const { json } = await worker.get(`/logs/${jobId}?format=json`)
    const links = json as { node: string; logLink: string; logName: string }[]
    expect(links.length).toBeGreaterThan(0)
    for (const { node, logLink, logName } of links) {
      expect(node).toMatch(/^127\.0\.0\.1:\d+$/)
      expect(logName).toContain(jobId)
      const text = await (await fetch(logLink)).text()
      expect(text).toContain('logged is RUNNING')
    }
    const { json: all } = await worker.get('/logs?format=json')
    expect((all as { logName: string }[]).length).toBeGreaterThanOrEqual(links.length)
    expect((await master.get('/logs')).headers.get('content-type')).toStartWith('text/html')
    const { json: names } = await master.get('/get-all-log-name')
    expect(names).toContain(links[0]!.logName)
    expect((await master.get(`/log/${links[0]!.logName}`)).text).toContain('logged is RUNNING')
    for (const name of ['none.log', '..%2f..%2fetc%2fpasswd', '%2fetc%2fpasswd']) {
      fails(await master.get(`/log/${name}`), 400)
    }
  }, 30_000)

  test('has metrics for Prometheus, under both versions', async () => {
    for (const path of ['/metrics', '/hazelcast/rest/instance/metrics']) {
      const { text, headers } = await worker.get(path)
      expect(headers.get('content-type')).toContain('version=0.0.4')
      expect(text).toMatch(/^cluster_info\{.*cluster="rest-\d+"/m)
      expect(text).toMatch(/^node_count\{.*\} 2$/m)
    }
    const { text } = await master.get('/openmetrics')
    expect(text).toMatch(/^job_count\{.*type="\w+".*\} \d+$/m)
    expect(text).toMatch(/^# TYPE tidegate_grid_calls counter\ntidegate_grid_calls_total\{/m)
    expect(text).toEndWith('# EOF\n')
  })

  test('lets no page of another site stop a job', async () => {
    const response = await fetch(`${master.url}/stop-job`, {
      method: 'POST',
      headers: { origin: 'http://elsewhere.example' },
      body: JSON.stringify({ jobId: '1' }),
    })
    expect(response.status).toBe(403)
  })

  test('serves a page that may run nothing but its own script', async () => {
    const { status, headers, text } = await worker.get('/')
    expect(status).toBe(200)
    expect(headers.get('content-type')).toStartWith('text/html')
    const policy = headers.get('content-security-policy')!
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'sha256-")
    expect(policy).not.toContain('unsafe')
    expect(text).not.toMatch(/ on\w+=/)
    expect(text).not.toContain('innerHTML')
  })

  test('asks for credentials, as a browser understands it', async () => {
    await using workspace = await createWorkspace()
    const settings = [
      'hazelcast.network.port.port=0',
      'seatunnel.engine.http.port=0',
      'seatunnel.engine.http.enable-basic-auth=true',
      'seatunnel.engine.http.basic-auth-username=ann',
      'seatunnel.engine.http.basic-auth-password=secret',
      'hazelcast.network.join.multicast.enabled=false',
    ]
    const member = workspace.start('member', ...settings.flatMap((each) => ['-s', each]))
    try {
      const rest = restAt(/http:\S+/.exec(await member.textUntil('ready: '))![0])
      for (const path of ['/', '/overview', '/hazelcast/rest/maps/overview', '/openapi.json']) {
        const refused = await rest.get(path)
        fails(refused, 401)
        expect(refused.headers.get('www-authenticate')).toStartWith('Basic realm=')
        const wrong = await rest.get(path, { authorization: `Basic ${btoa('ann:guess')}` })
        expect(wrong.status).toBe(401)
        const right = await rest.get(path, { authorization: `Basic ${btoa('ann:secret')}` })
        expect(right.status).toBe(200)
      }
    } finally {
      member.signal('SIGTERM')
      await member.finished
    }
  }, 30_000)
})
