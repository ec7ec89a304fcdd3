import { EngineError } from '../../runtime/errors/index.ts'
import type { Configuration, LoadedConfiguration } from '../../runtime/settings/index.ts'

/** Throws the first error of a configuration that is not valid. */
export const configurationOrThrow = (loaded: LoadedConfiguration): Configuration => {
  if (loaded.configuration !== undefined) return loaded.configuration
  const { code, message, at } = loaded.diagnostics.find(({ severity }) => severity === 'error')!
  throw new EngineError(code, message, { at })
}
