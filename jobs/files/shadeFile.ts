import { decodeText } from '../../runtime/config/index.ts'
import { Diagnostics, type Diagnostic } from '../../runtime/errors/index.ts'
import type { Disk } from '../../runtime/host/index.ts'
import { formatOf, readTree, type JobFormat, type JobText } from './formats.ts'
import { shadeJob } from './shade.ts'

/** A job file with its hidden values encrypted or decrypted. */
export interface ShadedJob {
  /** JSON, which runs as it is; undefined where a diagnostic is an error. */
  readonly text: string | undefined
  readonly diagnostics: readonly Diagnostic[]
}

/** Hides the values of sensitive options of a job file, or makes them readable again. */
export const shadeJobFile = async (
  host: { readonly disk: Pick<Disk, 'stat' | 'readFile'> },
  file: string,
  direction: 'encrypt' | 'decrypt',
): Promise<ShadedJob> => {
  const diagnostics = new Diagnostics()
  try {
    const text = decodeText(await host.disk.readFile(file), file)
    return await shadeText({ text, file, disk: host.disk }, formatOf(file), direction)
  } catch (thrown) {
    diagnostics.caught(thrown, { file, line: 1, column: 1 })
    return { text: undefined, diagnostics: diagnostics.all }
  }
}

/** The same with the text of a job; `file` is what places name. Includes are refused. */
export const shadeJobText = (
  text: string,
  format: JobFormat,
  file: string,
  direction: 'encrypt' | 'decrypt',
): Promise<ShadedJob> => shadeText({ text, file, disk: undefined }, format, direction)

const shadeText = async (
  source: Pick<JobText, 'text' | 'file' | 'disk'>,
  format: JobFormat,
  direction: 'encrypt' | 'decrypt',
): Promise<ShadedJob> => {
  const diagnostics = new Diagnostics()
  const values = { variables: {}, environment: {} }
  const { file } = source
  try {
    const root = await readTree(format, { ...source, values }, diagnostics)
    const shaded = shadeJob(root, direction, diagnostics)
    const isWhole = shaded !== undefined && !diagnostics.hasErrors
    return {
      text: isWhole ? `${JSON.stringify(shaded, null, 2)}\n` : undefined,
      diagnostics: diagnostics.all,
    }
  } catch (thrown) {
    diagnostics.caught(thrown, { file, line: 1, column: 1 })
    return { text: undefined, diagnostics: diagnostics.all }
  }
}
