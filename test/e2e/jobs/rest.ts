import { expect } from 'bun:test'
import { createWorkspace, type Workspace } from '../tidegate.ts'
import { until } from './files.ts'
import { freePort } from '../../servers/freePorts.ts'

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The body as JSON; undefined where it is none. */
  readonly json: unknown
}

export interface Rest {
  readonly url: string
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer>
  post(path: string, body: string | object | FormData): Promise<Answer>
}

const answerOf = async (response: Response): Promise<Answer> => {
  const text = await response.text()
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    // A page or a text.
  }
  return { status: response.status, headers: response.headers, text, json }
}

export const restAt = (url: string): Rest => ({
  url,
  get: async (path, headers = {}) => answerOf(await fetch(url + path, { headers })),
  post: async (path, body) => {
    const sent = typeof body === 'string' || body instanceof FormData ? body : JSON.stringify(body)
    return answerOf(await fetch(url + path, { method: 'POST', body: sent }))
  },
})

export interface RestMembers extends AsyncDisposable {
  readonly workspace: Workspace
  readonly clusterName: string
  /** Of the master, between members. */
  readonly address: string
  /** A master that runs tasks, and a worker. */
  readonly master: Rest
  readonly worker: Rest
}

/** Member processes on free ports, without credentials. */
export const startRestMembers = async (): Promise<RestMembers> => {
  const workspace = await createWorkspace()
  const port = freePort()
  const clusterName = `rest-${port}`
  const address = `127.0.0.1:${port}`
  const start = async (role: string, memberPort: number): Promise<Rest> => {
    const settings = [
      `hazelcast.cluster-name=${clusterName}`,
      `hazelcast.network.port.port=${memberPort}`,
      'hazelcast.network.port.auto-increment=false',
      'hazelcast.network.join.tcp-ip.enabled=true',
      `hazelcast.network.join.tcp-ip.member-list=${address}`,
      'seatunnel.engine.http.port=0',
      'seatunnel.engine.job-schedule-strategy=WAIT',
      `tidegate.data-folder=${workspace.folder}/${role}`,
    ]
    const words = settings.flatMap((setting) => ['-s', setting])
    const member = workspace.start('member', '--role', role, ...words)
    const line = await member.textUntil('ready: ')
    stops.push(async () => {
      member.signal('SIGTERM')
      await member.finished
    })
    return restAt(/http:\S+/.exec(line)![0])
  }
  const stops: (() => Promise<void>)[] = []
  const master = await start('master_and_worker', port)
  const worker = await start('worker', port + 1)
  return {
    workspace,
    clusterName,
    address,
    master,
    worker,
    [Symbol.asyncDispose]: async () => {
      for (const stop of stops.toReversed()) await stop()
      await workspace[Symbol.asyncDispose]()
    },
  }
}

/** The matcher writes its placeholders into what it compares, so that it gets a copy. */
export const matches = (actual: unknown, wanted: object): void => {
  expect(JSON.parse(JSON.stringify(actual))).toMatchObject(wanted)
}

export const fails = (answer: Answer, status: number, message?: string | RegExp): void => {
  matches(answer, { status, json: { status: 'fail', message: expect.any(String) } })
  const told = (answer.json as { message: string }).message
  if (message !== undefined) expect(told).toMatch(message)
  expect(told).not.toContain('    at ')
}

export const jobOf = (name: string, more: object = {}): object => ({
  env: { 'job.name': name, parallelism: 1, ...more },
  source: [
    {
      plugin_name: 'FakeSource',
      plugin_output: 'fake',
      'row.num': 20,
      schema: { table: 'db.readings', fields: { id: 'bigint', name: 'string' } },
    },
  ],
  transform: [],
  sink: [{ plugin_name: 'Console', plugin_input: 'fake', 'log.print.data': false }],
})

/** It reads a row a second, for more than two hours. */
export const endlessJob = (name: string): object => {
  const job = jobOf(name, { 'checkpoint.interval': 500 }) as { source: object[] }
  const source = { ...job.source[0], 'row.num': 10_000, 'split.num': 10_000 }
  return { ...job, source: [{ ...source, 'split.read-interval': 1000 }] }
}

export interface JobAnswer {
  readonly jobId: string
  readonly jobName: string
  readonly jobStatus: string
  readonly metrics: Record<string, unknown>
}

export const submitted = async (
  rest: Rest,
  query: string,
  body: string | object,
): Promise<string> => {
  const { status, json } = await rest.post(`/submit-job${query}`, body)
  matches({ status, json }, { status: 200, json: { jobId: expect.any(String) } })
  return (json as JobAnswer).jobId
}

export const infoOf = async (rest: Rest, jobId: string): Promise<JobAnswer> =>
  (await rest.get(`/job-info/${jobId}`)).json as JobAnswer

export const untilStatus = (master: Rest, jobId: string, wanted: string): Promise<number> =>
  until(`job ${jobId} is ${wanted}`, async () => {
    const { jobStatus } = await infoOf(master, jobId)
    if (jobStatus === 'FAILED' && wanted !== 'FAILED') throw new Error('The job failed.')
    return jobStatus === wanted
  })
