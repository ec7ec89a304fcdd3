import type { ConfigNode } from '../config/index.ts'
import { formatPlace } from '../errors/index.ts'
import type { LoadedConfiguration } from './load.ts'

/** One value of the effective configuration. */
export interface DescribedValue {
  /** `hazelcast.network.port.port`. */
  readonly key: string
  /** As JSON; asterisks for a secret. */
  readonly value: string
  /** A place in a file, a variable, a flag, or `default`. */
  readonly origin: string
}

const SECRET = /secret|password|token|accessKey|access\.key|secretKey|secret\.key/i

/** All values of the effective configuration with where each comes from; secrets are not shown. */
export const describeConfiguration = (loaded: LoadedConfiguration): DescribedValue[] =>
  described('', loaded.configuration, loaded.written)

const described = (
  key: string,
  value: unknown,
  written: ConfigNode | undefined,
): DescribedValue[] => {
  if (value === undefined) return []
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const isSecret = SECRET.test(key)
    const shown = isSecret ? '"******"' : JSON.stringify(value)
    return [
      { key, value: shown, origin: written === undefined ? 'default' : formatPlace(written.at) },
    ]
  }
  return Object.entries(value).flatMap(([name, inner]) => {
    const node = written?.kind === 'object' ? written.entries.get(name)?.value : undefined
    return described(key === '' ? name : `${key}.${name}`, inner, node)
  })
}
