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
export type {
  EntryProcessor,
  EntryProcessors,
  Grid,
  ProcessedEntry,
} from '../members/grid/index.ts'
export {
  aggregations,
  connect,
  type ConnectOptions,
  join,
  type JoinOptions,
  predicates,
  projections,
} from './embedded/index.ts'
