// What programs get from `import … from 'tidegate'`.
export {
  aggregates,
  KeyedStage,
  Pipeline,
  pipeline,
  sinks,
  SourceBuilder,
  sources,
  Stage,
  type Aggregate,
  type PipelineSettings,
  type Row,
  type Sink,
  type Source,
  type SourceBuffer,
  type SourceContext,
  type StageOptions,
} from '../jobs/pipeline/index.ts'
export {
  aggregations,
  type EntryProcessor,
  type EntryProcessors,
  type Grid,
  predicates,
  type ProcessedEntry,
  projections,
} from '../members/grid/index.ts'
export { connect, type ConnectOptions, join, type JoinOptions } from './embedded/index.ts'
