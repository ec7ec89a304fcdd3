import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { createWorkspace, type Finished, PROJECT_ROOT, type Workspace } from '../tidegate.ts'
import { type Masters, startMasters } from './masters.ts'

let running: Masters
let workspace: Workspace

beforeAll(async () => {
  running = await startMasters({
    count: 1,
    settings: { 'hazelcast.queue.small.max-size': '1' },
  })
  workspace = await createWorkspace()
  await workspace.write(
    'hazelcast-client.yaml',
    `hazelcast-client:
  cluster-name: ${running.cluster}
  network:
    cluster-members: [${running.addresses.map((address) => `"${address}"`).join(', ')}]`,
  )
})

afterAll(async () => {
  await running[Symbol.asyncDispose]()
  await workspace[Symbol.asyncDispose]()
})

/** Runs `tidegate` in a folder with a hazelcast-client.yaml. */
const run = (...words: string[]): Promise<Finished> => workspace.run(...words)
const outOf = async (...words: string[]): Promise<string> => {
  const { exitCode, out, err } = await run(...words)
  expect(`${exitCode} ${err}`).toBe('0 ')
  return out
}

describe('tidegate map', () => {
  test('writes and reads JSON and texts', async () => {
    expect(await outOf('map', 'put', 'm', '7', '{"name": "Ada", "age": 36}')).toBe('')
    expect(await outOf('map', 'put', 'm', 'x', 'just text')).toBe('')
    expect(await outOf('map', 'put', 'm', 'x', '"new"', '--format', 'json')).toBe(
      '{"previous":"just text"}\n',
    )
    expect(await outOf('map', 'get', 'm', '7')).toBe('{"name":"Ada","age":36}\n')
    expect(await outOf('map', 'get', 'm', 'x')).toBe('new\n')
    expect(await outOf('map', 'get', 'm', 'x', '--format', 'json')).toBe('"new"\n')
    expect((await outOf('map', 'keys', 'm')).trim().split('\n').toSorted()).toEqual(['7', 'x'])
    const entries = JSON.parse(await outOf('map', 'entries', 'm', '--format', 'json')) as unknown[]
    expect(entries).toContainEqual({ key: 'x', value: 'new' })
    expect(await outOf('map', 'size', 'm')).toBe('2\n')
    expect(await outOf('map', 'stats', 'm')).toMatch(/^Name .*\nm +127\.0\.0\.1:\d+ +2 /)
    expect(await outOf('map', 'remove', 'm', 'x')).toBe('new\n')
    expect(await outOf('map', 'clear', 'm')).toBe('')
    expect(await outOf('map', 'entries', 'm', '--format', 'json')).toBe('[]\n')
  })

  test('tells keys that are texts from others, and lets entries die', async () => {
    await outOf('map', 'put', 'k', '7', 'text')
    await outOf('map', 'put', 'k', '7', 'number', '--json-key')
    expect(await outOf('map', 'get', 'k', '7')).toBe('text\n')
    expect(await outOf('map', 'get', 'k', '7', '--json-key')).toBe('number\n')
    await outOf('map', 'put', 'k', 'brief', '1', '--ttl', '0.05')
    await Bun.sleep(60)
    expect((await run('map', 'get', 'k', 'brief')).exitCode).toBe(1)
  })

  test('says what is missing or wrong', async () => {
    const told = async (...words: string[]): Promise<string> => {
      const { exitCode, err } = await run(...words)
      return `${exitCode} ${err}`
    }
    expect(await told('map', 'get', 'm', 'nothing')).toBe('1 The map m has no entry nothing.\n')
    expect(await told('map', 'get')).toMatch(/^2 error CLI-001 NAME is missing/)
    expect(await told('map', 'get', 'm')).toMatch(/^2 error CLI-001 KEY is missing/)
    expect(await told('map', 'put', 'm', 'k')).toMatch(/^2 error CLI-001 VALUE is missing/)
    expect(await told('map', 'gte', 'm', 'k')).toMatch(/^2 error CLI-001 .*Did you mean get\?/)
    expect(await told('map', 'put', 'm', 'k', 'v', '--ttl', 'soon')).toMatch(/^2 error CLI-001/)
    expect(await told('map', 'size', 'm', '--cluster', 'other')).toMatch(/^1 error NET-001 /)
    const retry = 'hazelcast-client.connection-strategy.connection-retry'
    const soon = ['-s', `${retry}.cluster-connect-timeout-millis=1`, '--member', '127.0.0.1:1']
    expect(await told('map', 'size', 'm', ...soon)).toMatch(/^1 error GRD-050 /)
    const secret = ['-s', 'tidegate.cluster-secret=guessed']
    expect(await told('map', 'size', 'm', ...secret)).toMatch(/^1 error NET-002 /)
  })
})

describe('tidegate queue', () => {
  test('offers and polls', async () => {
    await outOf('queue', 'offer', 'q', '{"id":1}')
    await outOf('queue', 'offer', 'q', 'two')
    expect(await outOf('queue', 'size', 'q')).toBe('2\n')
    expect(await outOf('queue', 'peek', 'q')).toBe('{"id":1}\n')
    expect(await outOf('queue', 'items', 'q')).toBe('{"id":1}\ntwo\n')
    expect(await outOf('queue', 'poll', 'q')).toBe('{"id":1}\n')
    expect(await outOf('queue', 'poll', 'q', '--format', 'json')).toBe('"two"\n')
    expect(await run('queue', 'poll', 'q')).toMatchObject({ exitCode: 1, out: '' })
    const waiting = run('queue', 'poll', 'q', '--wait', '20')
    await outOf('queue', 'offer', 'q', 'late')
    expect((await waiting).out).toBe('late\n')
    await outOf('queue', 'offer', 'small', '1')
    const full = await run('queue', 'offer', 'small', '2')
    expect(full).toMatchObject({ exitCode: 1, err: 'The queue small is full.\n' })
  })
})

describe('tidegate topic', () => {
  for (const more of [[], ['--reliable']]) {
    test(`publishes and listens ${more.join('')}`, async () => {
      const listening = workspace.start('topic', 'listen', 't', '--count', '2', ...more)
      await listening.tells('Listening')
      await outOf('topic', 'publish', 't', '{"a":1}', ...more)
      await outOf('topic', 'publish', 't', 'end', ...more)
      expect(await listening.finished).toMatchObject({ exitCode: 0, out: '{"a":1}\nend\n' })
    })
  }

  test('listens until Ctrl-C', async () => {
    const listening = workspace.start('topic', 'listen', 't')
    await listening.tells('Listening')
    listening.signal('SIGINT')
    expect((await listening.finished).exitCode).toBe(130)
  })
})

describe('the grid over HTTP', () => {
  test('is the same as over any other way', async () => {
    const url = `${running.masters[0]!.url()}/hazelcast/rest`
    const headers = { 'content-type': 'application/json' }
    const body = '{"from": "http"}'
    expect((await fetch(`${url}/maps/web/k`, { method: 'POST', body, headers })).status).toBe(200)
    expect(await outOf('map', 'get', 'web', 'k')).toBe('{"from":"http"}\n')
    const got = await fetch(`${url}/maps/web/k`)
    expect([await got.text(), got.headers.get('content-type')]).toEqual([body, 'application/json'])
    await outOf('map', 'put', 'web', 'c', 'from the command line')
    expect(await (await fetch(`${url}/maps/web/c`)).text()).toBe('from the command line')
    const polling = fetch(`${url}/queues/webq/20`, { method: 'DELETE' })
    expect((await fetch(`${url}/queues/webq`, { method: 'POST', body: 'job' })).status).toBe(200)
    expect(await (await polling).text()).toBe('job')
    expect((await fetch(`${url}/queues/webq/1`, { method: 'DELETE' })).status).toBe(204)
    await fetch(`${url}/queues/small`, { method: 'POST', body: 'a' })
    expect((await fetch(`${url}/queues/small`, { method: 'POST', body: 'b' })).status).toBe(503)
    const health = await (await fetch(`${running.masters[0]!.url()}/hazelcast/health`)).json()
    expect(health).toMatchObject({ clusterSafe: true, migrationQueueSize: 0 })
  })
})

test('the example of a program that shares state runs', async () => {
  const file = join(PROJECT_ROOT, 'jobs/examples/shared-state.ts')
  const child = Bun.spawn([process.execPath, file], { stdio: ['ignore', 'pipe', 'inherit'] })
  expect(await new Response(child.stdout).text()).toBe(
    '1 members, 1 visits of the front page\nnext task: look at visit 1\n',
  )
  expect(await child.exited).toBe(0)
})
