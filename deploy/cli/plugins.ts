import {
  CONNECTORS,
  type SinkConnector,
  type SourceConnector,
} from '../../jobs/connectors/index.ts'
import { TRANSFORMS, type TransformPlugin } from '../../jobs/transforms/index.ts'
import { EngineError } from '../../runtime/errors/index.ts'
import { didYouMean } from './arguments.ts'

export interface PluginParts {
  readonly source: SourceConnector | undefined
  readonly sink: SinkConnector | undefined
  readonly transform: TransformPlugin | undefined
}

const namesOf = (entries: Iterable<{ readonly name: string }>): string[] =>
  [...entries].map((entry) => entry.name)

const unknown = (name: string, what: string, names: readonly string[]): EngineError =>
  new EngineError('PLN-002', `The ${what} ${name} is unknown.${didYouMean(name, names)}`)

/** Everything that goes by this name, in any case. Throws PLN-002 when nothing does. */
export const findPlugin = async (name: string): Promise<PluginParts> => {
  const connector = CONNECTORS.get(name.toLowerCase())
  const entry = TRANSFORMS.get(name.toLowerCase())
  if (connector === undefined && entry === undefined) {
    const names = [...namesOf(CONNECTORS.values()), ...namesOf(TRANSFORMS.values())]
    throw unknown(name, 'connector or transform', names)
  }
  return {
    source: await connector?.source?.(),
    sink: await connector?.sink?.(),
    transform: await entry?.load(),
  }
}

/** The plugin that a place in a job needs. Throws PLN-002 when there is none of that kind. */
export const loadPlugin = async <Kind extends keyof PluginParts>(
  kind: Kind,
  name: string,
): Promise<NonNullable<PluginParts[Kind]>> => {
  const found = (await findPlugin(name))[kind]
  if (found !== undefined) return found
  throw new EngineError('PLN-002', `${name} cannot be a ${kind}. See tidegate docs ${name}.`)
}
