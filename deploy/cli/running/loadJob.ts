import { readJobFile, type ReadJob } from '../../../jobs/files/index.ts'
import { formatDiagnostic, type Diagnostic } from '../../../runtime/errors/index.ts'
import type { Host } from '../../../runtime/host/index.ts'
import type { Terminal, TextStream } from '../terminal.ts'

export interface JobFileOptions {
  /** The values of `-i`. */
  readonly variables: { readonly [name: string]: string }
  /** Unknown options are errors, not warnings. */
  readonly strict: boolean
  /** The name of `-n`; it wins over the file's. */
  readonly name?: string | undefined
}

/** Reads a job file with the environment as variables; all problems come back together. */
export const loadJob = async (
  host: Host,
  path: string,
  { variables, strict, name }: JobFileOptions,
): Promise<ReadJob> => {
  const { environment } = host
  const job = await readJobFile(host, path, { variables, environment, strict })
  return job.plan === undefined || name === undefined
    ? job
    : { ...job, plan: { ...job.plan, name } }
}

/** One line a problem: `file:line:column CODE sentence`. */
export const diagnosticLine = (diagnostic: Diagnostic, stream: TextStream): string => {
  const line = formatDiagnostic(diagnostic)
  return diagnostic.severity === 'warning' ? `${line} (${stream.color.yellow('warning')})` : line
}

export const writeDiagnostics = (diagnostics: readonly Diagnostic[], { err }: Terminal): void => {
  for (const diagnostic of diagnostics) err.write(`${diagnosticLine(diagnostic, err)}\n`)
}
