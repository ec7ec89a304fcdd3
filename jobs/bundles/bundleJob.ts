import { EngineError, type Place } from '../../runtime/errors/index.ts'
import { sha256Hex, type BundleProblem, type Modules } from '../../runtime/host/index.ts'

/** The code of a job in one module. */
export interface Bundle {
  /** SHA2 of 256 bits of `text`, in hexadecimal: equal code has one name everywhere. */
  readonly hash: string
  readonly text: string
}

/** The name under which jobs import the pipeline API. */
const API_NAME = 'tidegate'

const encoder = new TextEncoder()

export const bundleOf = (text: string): Bundle => ({ hash: sha256Hex(encoder.encode(text)), text })

const isCode = /\.[cm]?[jt]s$/

/** Whether a file holds a job as code, by its name. */
export const isCodeFile = (path: string): boolean => isCode.test(path)

const errorOf = ({ message, file, line, column }: BundleProblem, path: string): EngineError => {
  const at: Place | undefined =
    line === undefined || column === undefined ? undefined : { file: file ?? path, line, column }
  return new EngineError('PIP-003', message, { at: at ?? { file: path, line: 1, column: 1 } })
}

/**
 * Bundles a job with all that it imports; `api` is the text of the pipeline API. Throws PIP-003 with
 * the place of the first problem.
 */
export const bundleJob = async (modules: Modules, path: string, api: string): Promise<Bundle> => {
  const result = await modules.bundle(path, { [API_NAME]: api })
  if (result.kind === 'bundled') return bundleOf(result.text)
  throw errorOf(result.problems[0]!, path)
}
