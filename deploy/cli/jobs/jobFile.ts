import { isCodeFile } from '../../../jobs/bundles/index.ts'
import { readJobAsJson } from '../../../jobs/files/index.ts'
import type { Host } from '../../../runtime/host/index.ts'
import { bundleFile } from '../bundling/bundleFile.ts'
import { loadJob, writeDiagnostics } from '../running/loadJob.ts'
import type { Terminal } from '../terminal.ts'

export interface JobText {
  /** What the job is called where it has no name of its own. */
  readonly file: string
  /** JSON, which every server takes; a bundle only Tidegate does. */
  readonly kind: 'json' | 'bundle'
  readonly text: string
}

/**
 * What is sent of a job file: code bundled, all else as JSON with its variables replaced. Mistakes
 * are told here, before anything is sent; undefined then.
 */
export const readJobText = async (
  host: Host,
  path: string,
  variables: { readonly [name: string]: string },
  terminal: Terminal,
): Promise<JobText | undefined> => {
  if (isCodeFile(path)) {
    return { file: path, kind: 'bundle', text: (await bundleFile(host, path)).text }
  }
  const { plan, diagnostics } = await loadJob(host, path, { variables, strict: false })
  writeDiagnostics(diagnostics, terminal)
  if (plan === undefined) return undefined
  const { environment } = host
  return {
    file: path,
    kind: 'json',
    text: await readJobAsJson(host, path, { variables, environment }),
  }
}
