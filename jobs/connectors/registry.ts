import type { SinkConnector, SourceConnector } from './contract.ts'

/** How a connector is loaded: only what a job names is ever imported. */
export interface ConnectorEntry {
  readonly name: string
  readonly source?: () => Promise<SourceConnector>
  readonly sink?: () => Promise<SinkConnector>
}

const ENTRIES: readonly ConnectorEntry[] = [
  { name: 'Assert', sink: async () => (await import('./assert/index.ts')).assertSink },
  { name: 'Console', sink: async () => (await import('./console/index.ts')).consoleSink },
  { name: 'FakeSource', source: async () => (await import('./fakesource/index.ts')).fakeSource },
  {
    name: 'GridMap',
    source: async () => (await import('./gridmap/index.ts')).gridMapSource,
    sink: async () => (await import('./gridmap/index.ts')).gridMapSink,
  },
  {
    name: 'Http',
    source: async () => (await import('./http/index.ts')).httpSource,
    sink: async () => (await import('./http/index.ts')).httpSink,
  },
  {
    name: 'Jdbc',
    source: async () => (await import('./jdbc/index.ts')).jdbcSource,
    sink: async () => (await import('./jdbc/index.ts')).jdbcSink,
  },
  { name: 'InMemory', sink: async () => (await import('./inmemory/index.ts')).inMemorySink },
  {
    name: 'LocalFile',
    source: async () => (await import('./localfile/index.ts')).localFileSource,
    sink: async () => (await import('./localfile/index.ts')).localFileSink,
  },
  {
    name: 'Socket',
    source: async () => (await import('./socket/index.ts')).socketSource,
    sink: async () => (await import('./socket/index.ts')).socketSink,
  },
]

/** Every connector, by its name in lower case: job files may write it in any case. */
export const CONNECTORS: ReadonlyMap<string, ConnectorEntry> = new Map(
  ENTRIES.map((entry) => [entry.name.toLowerCase(), entry]),
)
