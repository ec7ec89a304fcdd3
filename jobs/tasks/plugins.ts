import { EngineError } from '../../runtime/errors/index.ts'
import type { SinkConnector, SourceConnector } from '../connectors/index.ts'
import { PLAN_CONNECTORS, PLAN_TRANSFORMS } from '../code/index.ts'
import type { Vertex } from '../plan/index.ts'
import type { TransformPlugin } from '../transforms/index.ts'

const missing = (vertex: Vertex): EngineError =>
  new EngineError('PLN-002', `There is no ${vertex.kind} called ${vertex.plugin}.`, {
    at: vertex.at,
  })

export const loadSource = async (vertex: Vertex): Promise<SourceConnector> => {
  const load = PLAN_CONNECTORS.get(vertex.plugin.toLowerCase())?.source
  if (load === undefined) throw missing(vertex)
  return load()
}

export const loadSink = async (vertex: Vertex): Promise<SinkConnector> => {
  const load = PLAN_CONNECTORS.get(vertex.plugin.toLowerCase())?.sink
  if (load === undefined) throw missing(vertex)
  return load()
}

export const loadTransform = async (vertex: Vertex): Promise<TransformPlugin> => {
  const entry = PLAN_TRANSFORMS.get(vertex.plugin.toLowerCase())
  if (entry === undefined) throw missing(vertex)
  return entry.load()
}

/** Loads the plugin of a vertex, so that the next time it is there at once. */
export const loadPlugin = async (vertex: Vertex): Promise<void> => {
  if (vertex.kind === 'source') await loadSource(vertex)
  else if (vertex.kind === 'sink') await loadSink(vertex)
  else await loadTransform(vertex)
}
