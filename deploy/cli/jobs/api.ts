import { basename } from 'node:path'
import { EngineError } from '../../../runtime/errors/index.ts'
import type { Host } from '../../../runtime/host/index.ts'
import { askMember, type MemberClient } from '../member/client.ts'
import type { JobText } from './jobFile.ts'

/** A job as SeaTunnel's REST interface tells it: only the id where it is not known. */
export interface JobJson {
  readonly jobId: string
  readonly jobName?: string
  readonly jobStatus?: string
  readonly errorMsg?: string | null
  readonly createTime?: string
  readonly startTime?: string
  readonly finishTime?: string
  readonly metrics?: { readonly [name: string]: unknown }
}

export interface SubmitRequest {
  readonly job: JobText
  readonly jobId: string | undefined
  readonly jobName: string | undefined
  /** Go on from the savepoint or the last checkpoint of `jobId`. */
  readonly restore: boolean
  readonly allowOrphanedState: boolean
}

/** One time that a pipeline of a job failed. */
export interface FailureJson {
  readonly pipelineId: number
  readonly epoch: number
  readonly message: string
  /** 0 for the start; null where the job does not go on. */
  readonly restoredCheckpointId: number | null
}

export interface LogLink {
  readonly node: string
  readonly logLink: string
  readonly logName: string
}

/** The jobs of a cluster, over the second version of SeaTunnel's REST interface. */
export interface JobsApi {
  readonly url: string
  submit(request: SubmitRequest): Promise<JobJson>
  /** Servers answer for an id that they do not know as for a job that has ended. */
  stop(jobIds: readonly string[], options: { savepoint: boolean; force: boolean }): Promise<void>
  savepoint(jobId: string): Promise<void>
  /** Throws API-003 for an id that is not known. */
  job(jobId: string): Promise<JobJson>
  running(): Promise<readonly JobJson[]>
  finished(): Promise<readonly JobJson[]>
  /** The newest first. Not every SeaTunnel server tells them. */
  failures(jobId: string): Promise<readonly FailureJson[]>
  /** How many workers the active master knows. */
  workerCount(): Promise<number>
  logs(jobId: string): Promise<readonly LogLink[]>
  logText(link: LogLink): Promise<string>
}

const queryOf = (parameters: Readonly<Record<string, string | undefined>>): string => {
  const given = Object.entries(parameters).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  )
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`
}

export const createJobsApi = (host: Host, client: MemberClient): JobsApi => {
  const get = async <Answer>(path: string): Promise<Answer> =>
    (await (await askMember(host, client, { path })).json()) as Answer
  const post = async <Answer>(path: string, body: string | FormData): Promise<Answer> =>
    (await (await askMember(host, client, { path, method: 'POST', body })).json()) as Answer
  return {
    url: client.url,
    submit: ({ job, jobId, jobName, restore, allowOrphanedState }) => {
      const query = queryOf({
        jobId,
        jobName,
        isStartWithSavePoint: restore ? 'true' : undefined,
        allowOrphanedState: allowOrphanedState ? 'true' : undefined,
      })
      if (job.kind === 'json') return post(`/submit-job${query}`, job.text)
      const form = new FormData()
      form.set('config_file', new File([job.text], `${basename(job.file)}.js`))
      return post(`/submit-job/upload${query}`, form)
    },
    // One by one: `/stop-jobs` of SeaTunnel takes ids as numbers only, which a double cannot hold.
    stop: async (jobIds, { savepoint, force }) => {
      for (const jobId of jobIds) {
        await post('/stop-job', JSON.stringify({ jobId, isStopWithSavePoint: savepoint, force }))
      }
    },
    savepoint: async (jobId) => {
      await post('/savepoint-job', JSON.stringify({ jobId }))
    },
    job: async (jobId) => {
      const job = await get<JobJson>(`/job-info/${encodeURIComponent(jobId)}`)
      if (job.jobStatus !== undefined) return job
      throw new EngineError('API-003', `${client.url} knows no job ${jobId}.`)
    },
    running: () => get('/running-jobs'),
    finished: () => get('/finished-jobs'),
    failures: (jobId) => get(`/job-info/${encodeURIComponent(jobId)}/failures`),
    workerCount: async () => Number((await get<{ workers: string }>('/overview')).workers),
    logs: (jobId) => get(`/logs/${encodeURIComponent(jobId)}?format=json`),
    logText: async ({ logLink }) => {
      const { origin, pathname } = new URL(logLink, client.url)
      const response = await askMember(host, { ...client, url: origin }, { path: pathname })
      return response.text()
    },
  }
}
