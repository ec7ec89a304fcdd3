import type {
  ConfigEntry,
  ConfigNode,
  ConfigObject,
  JsonValue,
} from '../../runtime/config/index.ts'
import type { Place } from '../../runtime/errors/index.ts'
import type { GraphStage, PipelineGraph } from '../code/index.ts'

/** The tree that a job file with these values would have; all of it is at one place. */
const nodeOf = (json: JsonValue, at: Place): ConfigNode => {
  if (Array.isArray(json)) {
    return { kind: 'array', at, items: json.map((item: JsonValue) => nodeOf(item, at)) }
  }
  if (typeof json === 'object' && json !== null) {
    const entries = Object.entries(json).map(([key, value]): [string, ConfigEntry] => [
      key,
      { keyAt: at, value: nodeOf(value as JsonValue, at) },
    ])
    return { kind: 'object', at, entries: new Map(entries) }
  }
  const quoted = typeof json === 'string'
  return {
    kind: 'scalar',
    at,
    value: json as string | number | boolean | null,
    text: String(json),
    quoted,
  }
}

type Json = { readonly [key: string]: JsonValue }

const outputOf = (id: number): string => `stage-${id}`
const keyOutputOf = (id: number): string => `stage-${id}-key`

const codeStage = (stage: GraphStage, operation: string): Json => ({
  plugin_name: 'Stage',
  stage: stage.id,
  operation,
  plugin_input: stage.inputs.map(outputOf),
  plugin_output: outputOf(stage.id),
})

const sourceOf = (stage: GraphStage): Json => ({
  ...(stage.plugin === undefined
    ? {
        plugin_name: 'Code',
        stage: stage.id,
        name: stage.name,
        batch: stage.isBatch!,
        distributed: stage.isDistributed!,
        replayable: stage.isReplayable!,
      }
    : { ...stage.options, plugin_name: stage.plugin }),
  plugin_output: outputOf(stage.id),
})

/** A stage with a state needs the keys of its items first. */
const transformsOf = (stage: GraphStage): Json[] => {
  switch (stage.kind) {
    case 'mapStateful':
    case 'rollingAggregate':
      return [
        { ...codeStage(stage, 'key'), plugin_output: keyOutputOf(stage.id) },
        { ...codeStage(stage, stage.kind), plugin_input: [keyOutputOf(stage.id)] },
      ]
    case 'columns':
      return [{ ...codeStage(stage, stage.kind), columns: stage.columns! }]
    default:
      return [codeStage(stage, stage.kind)]
  }
}

const sinkOf = (stage: GraphStage): Json => ({
  ...stage.options,
  plugin_name: stage.plugin!,
  plugin_input: stage.inputs.map(outputOf),
})

const modeOf = ({ mode, stages }: PipelineGraph): string => {
  if (mode !== undefined) return mode
  const isBatch = (stage: GraphStage): boolean => stage.isBatch ?? true
  return stages.filter(({ kind }) => kind === 'source').every(isBatch) ? 'BATCH' : 'STREAMING'
}

/** A pipeline as the job file that it could be. */
export const treeOf = (graph: PipelineGraph, at: Place): ConfigObject => {
  const { name, parallelism, env, stages } = graph
  const of = (kind: 'source' | 'sink'): GraphStage[] => stages.filter((each) => each.kind === kind)
  const transforms = stages.filter(({ kind }) => kind !== 'source' && kind !== 'sink')
  const json: Json = {
    env: {
      ...env,
      'job.mode': modeOf(graph),
      ...(name === undefined ? {} : { 'job.name': name }),
      ...(parallelism === undefined ? {} : { parallelism }),
    },
    source: of('source').map(sourceOf),
    transform: transforms.flatMap(transformsOf),
    sink: of('sink').map(sinkOf),
  }
  return nodeOf(json, at) as ConfigObject
}

/** The names of the stages in the order of the vertices of the plan that follows from `treeOf`. */
export const stageNames = ({ stages }: PipelineGraph): string[] => {
  const ofKind = (kind: 'source' | 'sink'): string[] =>
    stages.filter((stage) => stage.kind === kind).map(({ name }) => name)
  const between = stages.filter(({ kind }) => kind !== 'source' && kind !== 'sink')
  return [
    ...ofKind('source'),
    ...between.flatMap((stage) => {
      const isKeyed = transformsOf(stage).length > 1
      return isKeyed ? [`${stage.name}-key`, stage.name] : [stage.name]
    }),
    ...ofKind('sink'),
  ]
}
