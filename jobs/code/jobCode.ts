import { EngineError } from '../../runtime/errors/index.ts'
import type { Host } from '../../runtime/host/index.ts'
import type { StageNode } from '../pipeline/index.ts'
import { graphOf, pipelineIn, stagesOf, type PipelineGraph } from './graph.ts'

/** The code of a job, loaded in an isolate. */
export interface JobCode {
  readonly graph: PipelineGraph
  /** The functions of a stage of `graph`. */
  stage(id: number): StageNode
}

/** Runs the bundle of a job in this isolate. Throws PIP-001 or PIP-002. */
export const loadCode = async (modules: Host['modules'], path: string): Promise<JobCode> => {
  let exported: Readonly<Record<string, unknown>>
  try {
    exported = await modules.load(path)
  } catch (thrown) {
    throw codeFailed('The module of the job', thrown)
  }
  const code = pipelineIn(exported)
  const stages = stagesOf(code)
  return { graph: graphOf(code), stage: (id) => stages[id]! }
}

/** The first line of the stack: where in the bundle it happened. */
const placeIn = ({ stack }: Error): string => {
  const line = stack?.split('\n').find((each) => /:\d+:\d+\)?$/.test(each))
  return line === undefined ? '' : ` (${line.trim().replace(/^at /, '')})`
}

/** What code of a job threw, as an error that names who threw it. */
export const codeFailed = (who: string, thrown: unknown): EngineError => {
  const text =
    thrown instanceof Error ? `${thrown.name}: ${thrown.message}${placeIn(thrown)}` : String(thrown)
  return new EngineError('PIP-002', `${who} threw ${text}`, { cause: thrown })
}
