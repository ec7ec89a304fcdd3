import { EngineError } from '../../runtime/errors/index.ts'
import type { Host } from '../../runtime/host/index.ts'
import type { StageNode } from '../pipeline/index.ts'
import { enterStage, leaveStage, pulseOf } from './pulse.ts'
import { graphOf, pipelineIn, stagesOf, type PipelineGraph } from './graph.ts'

/** The code of a job, loaded in an isolate. */
export interface JobCode {
  readonly graph: PipelineGraph
  /** The functions of a stage of `graph`. */
  stage(id: number): StageNode
  /** Runs a stage, seen by whoever watches this isolate. Throws PIP-008 when its heap is too large. */
  run<Result>(stageId: number, work: () => Result): Result
}

export interface LoadCodeOptions {
  /** Of the bundle. */
  readonly path: string
  /** See `Pulse`. */
  readonly pulse: SharedArrayBuffer
  /** What the heap of this isolate may take. */
  readonly heapBytesMax: number
}

/** How often the heap is looked at, in milliseconds. */
const HEAP_LOOK_MS = 250

/** Shows what stage is in, and keeps the heap within its limit. */
const createRun = (
  { clock, memory }: Host,
  stages: readonly StageNode[],
  { pulse: shared, heapBytesMax }: LoadCodeOptions,
): JobCode['run'] => {
  const pulse = pulseOf(shared)
  let lookedAtMs = 0
  const checkHeap = (stageId: number): void => {
    const nowMs = clock.monotonic()
    if (nowMs - lookedAtMs < HEAP_LOOK_MS) return
    lookedAtMs = nowMs
    if (memory.heapBytes() <= heapBytesMax) return
    const limit = `${Math.round(heapBytesMax / 1024 / 1024)} MiB`
    const who = `The isolate of the stage ${stages[stageId]!.name}`
    throw new EngineError('PIP-008', `${who} holds more than ${limit}.`)
  }
  return (stageId, work) => {
    checkHeap(stageId)
    enterStage(pulse, stageId)
    try {
      return work()
    } finally {
      leaveStage(pulse)
    }
  }
}

/** Runs the bundle of a job in this isolate. Throws PIP-001 or PIP-002. */
export const loadJobCode = async (host: Host, options: LoadCodeOptions): Promise<JobCode> => {
  let exported: Readonly<Record<string, unknown>>
  try {
    exported = await host.modules.load(options.path)
  } catch (thrown) {
    throw codeFailed('The module of the job', thrown)
  }
  const code = pipelineIn(exported)
  const stages = stagesOf(code)
  return {
    graph: graphOf(code),
    stage: (id) => stages[id]!,
    run: createRun(host, stages, options),
  }
}

/** The end of a line of a stack: the name of a file of the user, who knows no other path, and where. */
const PLACE = /([^/\\(\s]+:\d+:\d+)\)?$/m

/** The first line of the stack: where in the code of the user it happened. */
const placeIn = ({ stack = '' }: Error): string => {
  const place = PLACE.exec(stack)?.[1]
  return place === undefined ? '' : ` (${place})`
}

/** What code of a job threw, as an error that names who threw it. */
export const codeFailed = (who: string, thrown: unknown): EngineError => {
  const text =
    thrown instanceof Error ? `${thrown.name}: ${thrown.message}${placeIn(thrown)}` : String(thrown)
  return new EngineError('PIP-002', `${who} threw ${text}`, { cause: thrown })
}
