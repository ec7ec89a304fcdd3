import { isCodeFile } from '../../../jobs/bundles/index.ts'
import { decodeText } from '../../../runtime/config/index.ts'
import type { Host } from '../../../runtime/host/index.ts'
import { bundleFile } from '../bundling/bundleFile.ts'
import { loadJob, writeDiagnostics } from '../running/loadJob.ts'
import type { Terminal } from '../terminal.ts'

export interface JobText {
  /** Tells the format by its suffix. */
  readonly file: string
  readonly text: string
}

/**
 * What is sent of a job file: code bundled, variables replaced. Mistakes are told here, before
 * anything is sent; undefined then.
 */
export const readJobText = async (
  host: Host,
  path: string,
  variables: { readonly [name: string]: string },
  terminal: Terminal,
): Promise<JobText | undefined> => {
  if (isCodeFile(path)) {
    return { file: `${path}.js`, text: (await bundleFile(host, path)).text }
  }
  const { plan, diagnostics } = await loadJob(host, path, { variables, strict: false })
  writeDiagnostics(diagnostics, terminal)
  if (plan === undefined) return undefined
  const text = decodeText(await host.disk.readFile(path), path)
  return { file: path, text: withVariables(text, variables) }
}

/** The server knows nothing of the variables of this machine. */
const withVariables = (text: string, variables: { readonly [name: string]: string }): string =>
  text.replaceAll(/\$\{([^}:]+)(?::[^}]*)?\}/g, (whole, name: string) => variables[name] ?? whole)
