import { pipelinesOf } from '../plan/index.ts'
import type { JsonValue } from '../../runtime/config/index.ts'
import type { EnvOptions, JobDag, JobInfo, JobMetrics } from './answers.ts'
import type { FinishedRecord, JobInfoRecord } from './book/records.ts'
import type { JobStatus } from './states.ts'

const two = (value: number): string => String(value).padStart(2, '0')

/** `yyyy-MM-dd HH:mm:ss` in the zone of this member; empty for null. */
export const timeText = (atMs: number | null | undefined): string => {
  if (atMs === null || atMs === undefined) return ''
  const at = new Date(atMs)
  const day = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join('-')
  return `${day} ${[at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':')}`
}

/** Keys whose values are maps of the user's own. */
const MAPS: ReadonlySet<string> = new Set(['tag_filter', 'custom_parameters', 'shade.properties'])

type Block = { readonly [key: string]: JsonValue }

/** The env block under the names that its options have, `job.mode` and the like. */
export const envOptionsOf = (block: Block, path = ''): EnvOptions => {
  const options: { [name: string]: string } = {}
  for (const [key, value] of Object.entries(block)) {
    const name = path + key
    const isBlock = typeof value === 'object' && value !== null && !Array.isArray(value)
    if (isBlock && !MAPS.has(name)) Object.assign(options, envOptionsOf(value as Block, `${name}.`))
    else options[name] = typeof value === 'string' ? value : JSON.stringify(value)
  }
  return options
}

/** Graphs that were asked for: lists of jobs are asked for again and again. */
const dags = new WeakMap<JobInfoRecord, JobDag>()

/** The graph of a job as the page of SeaTunnel draws it. */
export const dagOf = (info: JobInfoRecord): JobDag => {
  const known = dags.get(info)
  if (known !== undefined) return known
  const dag = makeDag(info)
  dags.set(info, dag)
  return dag
}

/** They count from 1: the page of SeaTunnel shows nothing of a vertex 0. */
const shownId = (vertexId: number): number => vertexId + 1

const makeDag = ({ jobId, plan, tablePaths }: JobInfoRecord): JobDag => ({
  jobId,
  pipelineEdges: Object.fromEntries(
    pipelinesOf(plan).map((vertexIds, index) => [
      String(index + 1),
      plan.edges
        .filter(({ from }) => vertexIds.includes(from))
        .map(({ from, to }) => ({
          inputVertexId: String(shownId(from)),
          targetVertexId: String(shownId(to)),
        })),
    ]),
  ),
  vertexInfoMap: pipelinesOf(plan).flatMap((vertexIds, index) =>
    vertexIds.map((vertexId) => {
      const { kind, name } = plan.vertices[vertexId]!
      const vertexName = `pipeline-${index + 1} [${name}]`
      return {
        vertexId: shownId(vertexId),
        type: kind,
        vertexName,
        tablePaths: tablePaths[vertexId] ?? [],
      }
    }),
  ),
  envOptions: envOptionsOf(plan.env.raw),
})

export interface RunningDescription {
  readonly info: JobInfoRecord
  readonly status: JobStatus
  readonly startedAtMs: number | undefined
  readonly metrics: JobMetrics
}

export const runningInfo = (job: RunningDescription): JobInfo => ({
  jobId: job.info.jobId,
  jobName: job.info.jobName,
  jobStatus: job.status,
  envOptions: dagOf(job.info).envOptions,
  createTime: timeText(job.info.createdAtMs),
  startTime: timeText(job.startedAtMs),
  jobDag: dagOf(job.info),
  pluginJarsUrls: [],
  isStartWithSavePoint: job.info.isStartWithSavePoint,
  metrics: job.metrics,
})

export const finishedInfo = (
  record: FinishedRecord,
  jobDag: JobDag | undefined,
  metrics: JobMetrics | undefined,
): JobInfo => ({
  jobId: record.jobId,
  jobName: record.jobName,
  jobStatus: record.status,
  errorMsg: record.errorMsg,
  envOptions: record.envOptions,
  createTime: timeText(record.createdAtMs),
  startTime: timeText(record.startedAtMs),
  finishTime: timeText(record.endedAtMs),
  jobDag: jobDag ?? {
    jobId: record.jobId,
    pipelineEdges: {},
    vertexInfoMap: [],
    envOptions: record.envOptions,
  },
  pluginJarsUrls: [],
  isStartWithSavePoint: record.isStartWithSavePoint,
  metrics: metrics ?? {},
})
