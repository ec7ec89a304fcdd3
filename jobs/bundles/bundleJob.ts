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

/** With the pipeline API and a source map inside. */
const BUNDLE =
  /^\/\/ @bun\n(?:.*\n)?\/\/ virtual:tidegate\n.*\n\/\/# sourceMappingURL=data:[^\n]*\n$/s

/** Whether `bundleJob` has made a text: made once more, its places would lead into the bundle. */
export const isBundle = (text: string): boolean => BUNDLE.test(text)

const errorOf = ({ message, file, line, column }: BundleProblem, path: string): EngineError => {
  const at: Place | undefined =
    line === undefined || column === undefined ? undefined : { file: file ?? path, line, column }
  return new EngineError('PIP-003', message, { at: at ?? { file: path, line: 1, column: 1 } })
}

export interface BundleJobOptions {
  readonly path: string
  /** What users call the file: the end of its path. */
  readonly name: string
  /** The text of the pipeline API. */
  readonly api: string
}

/** Bundles a job with all that it imports. Throws PIP-003 with the place of the first problem. */
export const bundleJob = async (
  modules: Modules,
  { path, name, api }: BundleJobOptions,
): Promise<Bundle> => {
  const result = await modules.bundle(path, { name, virtual: { [API_NAME]: api } })
  if (result.kind === 'bundled') return bundleOf(result.text)
  throw errorOf(result.problems[0]!, path)
}
