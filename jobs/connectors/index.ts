export {
  ReadSignal,
  type CommitInfo,
  type ConnectorContext,
  type RejectedRow,
  type SinkCommitter,
  type SinkConnector,
  type SinkGuarantee,
  type SinkWriter,
  type SourceConnector,
  type SourceReader,
  type Split,
  type SplitEnumerator,
} from './contract.ts'
export { defineSink, defineSource } from './define.ts'
export { CONNECTORS, type ConnectorEntry } from './registry.ts'
