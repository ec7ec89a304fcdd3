import { createWorkspace, type Workspace } from '../tidegate.ts'

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
  /** A master that runs tasks, and a worker. */
  readonly master: Rest
  readonly worker: Rest
}

/** Member processes on free ports, without credentials. */
export const startRestMembers = async (): Promise<RestMembers> => {
  const workspace = await createWorkspace()
  const port = 20_000 + Math.floor(Math.random() * 20_000)
  const start = async (role: string, memberPort: number): Promise<Rest> => {
    const settings = [
      `hazelcast.cluster-name=rest-${port}`,
      `hazelcast.network.port.port=${memberPort}`,
      'hazelcast.network.port.auto-increment=false',
      'hazelcast.network.join.tcp-ip.enabled=true',
      `hazelcast.network.join.tcp-ip.member-list=127.0.0.1:${port}`,
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
    master,
    worker,
    [Symbol.asyncDispose]: async () => {
      for (const stop of stops.toReversed()) await stop()
      await workspace[Symbol.asyncDispose]()
    },
  }
}
