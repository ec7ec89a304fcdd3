import type { SinkConnector, SourceConnector } from './contract.ts'

/** How a connector is loaded: only what a job names is ever imported. */
export interface ConnectorEntry {
  readonly name: string
  readonly source?: () => Promise<SourceConnector>
  readonly sink?: () => Promise<SinkConnector>
}

/** Every connector, by its name in lower case: job files may write it in any case. */
export const CONNECTORS: ReadonlyMap<string, ConnectorEntry> = new Map(
  ([] as ConnectorEntry[]).map((entry) => [entry.name.toLowerCase(), entry]),
)
