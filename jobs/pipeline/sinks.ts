import type { Sink } from './builder.ts'
import type { ConnectorOptions } from './stage.ts'

const connector = (plugin: string, options: ConnectorOptions = {}): Sink => ({
  name: plugin,
  spec: { plugin, options },
})

/** What a pipeline can write to. Options are those of a job file. */
export const sinks = {
  /** Any connector by its name. */
  connector,
  console: (options?: ConnectorOptions): Sink => connector('Console', options),
  localFile: (options: ConnectorOptions): Sink => connector('LocalFile', options),
  jdbc: (options: ConnectorOptions): Sink => connector('Jdbc', options),
  http: (options: ConnectorOptions): Sink => connector('Http', options),
  socket: (options: ConnectorOptions): Sink => connector('Socket', options),
  /** Puts `{ key, value }` or `[key, value]` into a map of the grid: idempotent by key. */
  map: (name: string): Sink => ({
    name: `Map-${name}`,
    spec: { plugin: 'GridMap', options: { map: name } },
  }),
}
