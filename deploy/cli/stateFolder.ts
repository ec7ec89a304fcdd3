import { join } from 'node:path'
import type { Environment } from '../../runtime/host/index.ts'

/** The user's folder for what Tidegate keeps between runs (XDG base directories). */
export const stateFolder = (environment: Environment): string => {
  const home = environment['HOME']
  const state = environment['XDG_STATE_HOME'] ?? (home === undefined ? '.' : `${home}/.local/state`)
  return join(state, 'tidegate')
}
