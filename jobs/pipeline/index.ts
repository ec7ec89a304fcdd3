export { aggregates } from './aggregates.ts'
export {
  KeyedStage,
  Pipeline,
  pipeline,
  Stage,
  type PipelineSettings,
  type Sink,
  type Source,
  type StageOptions,
} from './builder.ts'
export { sinks } from './sinks.ts'
export { SourceBuilder, sources, type Row } from './sources.ts'
export type {
  Aggregate,
  CodeSource,
  ConnectorOptions,
  SourceBuffer,
  SourceContext,
  StageNode,
} from './stage.ts'
