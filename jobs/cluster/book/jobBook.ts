import type { StateMap, StateMaps } from '../../coordinator/index.ts'
import type { JobDag, JobMetrics } from '../answers.ts'
import type {
  CheckpointIdRecord,
  FinishedRecord,
  JobDiary,
  JobInfoRecord,
  JobStateRecord,
} from './records.ts'

/** The maps, by SeaTunnel's names; `engine_jobDiary` is our own. */
const NAMES = {
  info: 'engine_runningJobInfo',
  state: 'engine_runningJobState',
  times: 'engine_stateTimestamps',
  slots: 'engine_ownedSlotProfilesIMap',
  checkpointIds: 'engine_checkpoint-id-map',
  metrics: 'engine_runningJobMetrics',
  diary: 'engine_jobDiary',
  finished: 'engine_finishedJobState',
  finishedMetrics: 'engine_finishedJobMetrics',
  finishedVertices: 'engine_finishedJobVertexInfo',
}

/** All that is known of the jobs of the cluster, in the grid. */
export interface JobBook {
  readonly info: RecordMap<JobInfoRecord>
  readonly state: RecordMap<JobStateRecord>
  readonly times: RecordMap<JobDiary['times']>
  /** The member of each task, by `JOB/PIPELINE`. */
  readonly slots: RecordMap<{ readonly [task: string]: string }>
  /** By `JOB/PIPELINE`. */
  readonly checkpointIds: RecordMap<CheckpointIdRecord>
  readonly metrics: RecordMap<JobMetrics>
  readonly diary: RecordMap<JobDiary>
  readonly finished: RecordMap<FinishedRecord>
  readonly finishedMetrics: RecordMap<JobMetrics>
  readonly finishedVertices: RecordMap<JobDag>
}

/** A map of JSON records. Text is what is compared: equal text is the same record. */
export interface RecordMap<Value> {
  get(key: string): Promise<Value | undefined>
  set(key: string, value: Value, ttlMs?: number): Promise<void>
  /** What was there and stays. */
  putIfAbsent(key: string, value: Value): Promise<Value | undefined>
  /** Whether `expected` (undefined: nothing) was there and `value` has taken its place. */
  replace(key: string, expected: Value | undefined, value: Value): Promise<boolean>
  remove(key: string): Promise<void>
  entries(): Promise<(readonly [key: string, value: Value])[]>
}

const recordMap = <Value>(map: StateMap<string>): RecordMap<Value> => {
  const parse = (text: string): Value => JSON.parse(text) as Value
  return {
    get: async (key) => {
      const text = await map.get(key)
      return text === undefined ? undefined : parse(text)
    },
    set: (key, value, ttlMs) => map.set(key, JSON.stringify(value), ttlMs),
    putIfAbsent: async (key, value) => {
      const text = await map.putIfAbsent(key, JSON.stringify(value))
      return text === undefined ? undefined : parse(text)
    },
    replace: async (key, expected, value) =>
      expected === undefined
        ? (await map.putIfAbsent(key, JSON.stringify(value))) === undefined
        : map.replace(key, JSON.stringify(expected), JSON.stringify(value)),
    remove: (key) => map.remove(key),
    entries: async () => (await map.entries()).map(([key, text]) => [key, parse(text)] as const),
  }
}

export const openJobBook = (maps: StateMaps): JobBook => {
  const open = <Value>(name: string): RecordMap<Value> => recordMap<Value>(maps.texts(name))
  return {
    info: open(NAMES.info),
    state: open(NAMES.state),
    times: open(NAMES.times),
    slots: open(NAMES.slots),
    checkpointIds: open(NAMES.checkpointIds),
    metrics: open(NAMES.metrics),
    diary: open(NAMES.diary),
    finished: open(NAMES.finished),
    finishedMetrics: open(NAMES.finishedMetrics),
    finishedVertices: open(NAMES.finishedVertices),
  }
}

/** Key of what belongs to one pipeline. */
export const pipelineKey = (jobId: string, pipelineId: number): string => `${jobId}/${pipelineId}`
