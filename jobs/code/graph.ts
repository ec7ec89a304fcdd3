import type { JsonValue } from '../../runtime/config/index.ts'
import { EngineError } from '../../runtime/errors/index.ts'
import type { PipelineSettings, StageNode } from '../pipeline/index.ts'

/** A pipeline without its functions: JSON-safe, so that it can leave the isolate that runs the code. */
export interface PipelineGraph {
  readonly name: string | undefined
  readonly parallelism: number | undefined
  readonly mode: 'BATCH' | 'STREAMING' | undefined
  readonly env: { readonly [key: string]: JsonValue }
  readonly stages: readonly GraphStage[]
}

export interface GraphStage {
  /** Position in `stages`; each stage comes after those that it reads. */
  readonly id: number
  readonly kind: StageNode['kind']
  readonly name: string
  readonly inputs: readonly number[]
  /** The connector of a source or sink; undefined for a source in code. */
  readonly plugin?: string
  readonly options?: { readonly [key: string]: JsonValue }
  /** Of a source in code. */
  readonly isBatch?: boolean
  readonly isDistributed?: boolean
  readonly isReplayable?: boolean
  /** Of a stage that declares columns. */
  readonly columns?: { readonly [name: string]: string }
}

/** What the module of a job exports as its default, as far as the engine uses it. */
export interface PipelineCode {
  readonly settings: PipelineSettings
  readonly sinks: readonly StageNode[]
}

/** The pipeline that a module exports. Throws PIP-001 where it exports none. */
export const pipelineIn = (exported: Readonly<Record<string, unknown>>): PipelineCode => {
  const given = exported['default'] as Partial<PipelineCode> | undefined
  if (typeof given === 'object' && Array.isArray(given.sinks) && given.sinks.length > 0) {
    return given as PipelineCode
  }
  const text =
    given === undefined
      ? 'The module exports nothing as its default; export the pipeline: `export default pipeline()…writeTo(…)`.'
      : 'What the module exports as its default is no pipeline that ends in a sink (`writeTo`).'
  throw new EngineError('PIP-001', text)
}

export const inputsOf = (node: StageNode): readonly StageNode[] => {
  if (node.kind === 'source') return []
  return node.kind === 'sink' ? node.inputs : [node.input]
}

/** All stages of a pipeline, each once and after those that it reads: their ids are their positions. */
export const stagesOf = ({ sinks }: PipelineCode): readonly StageNode[] => {
  const stages: StageNode[] = []
  const seen = new Set<StageNode>()
  const visit = (node: StageNode): void => {
    if (seen.has(node)) return
    seen.add(node)
    for (const input of inputsOf(node)) visit(input)
    stages.push(node)
  }
  for (const sink of sinks) visit(sink)
  return stages
}

const jsonOf = (value: unknown): { readonly [key: string]: JsonValue } =>
  JSON.parse(JSON.stringify(value ?? {})) as { readonly [key: string]: JsonValue }

const describeStage = (node: StageNode): Partial<GraphStage> => {
  switch (node.kind) {
    case 'source': {
      if (node.source.kind === 'connector') {
        return { plugin: node.source.plugin, options: jsonOf(node.source.options) }
      }
      const { isBatch, isDistributed, createSnapshot } = node.source.source
      return { isBatch, isDistributed, isReplayable: createSnapshot !== undefined }
    }
    case 'sink':
      return { plugin: node.sink.plugin, options: jsonOf(node.sink.options) }
    case 'columns':
      return { columns: { ...node.columns } }
    default:
      return {}
  }
}

export const graphOf = (code: PipelineCode): PipelineGraph => {
  const stages = stagesOf(code)
  const { name, parallelism, mode, env } = code.settings
  return {
    name,
    parallelism,
    mode,
    env: jsonOf(env),
    stages: stages.map((node, id) => ({
      id,
      kind: node.kind,
      name: node.name,
      inputs: inputsOf(node).map((input) => stages.indexOf(input)),
      ...describeStage(node),
    })),
  }
}
