import { readJobFile } from '../../../jobs/files/index.ts'
import type { Plan } from '../../../jobs/plan/index.ts'
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

/** A job file as it was read: without a plan when it has an error. */
export interface LoadedJob {
  readonly plan: Plan | undefined
  readonly diagnostics: readonly Diagnostic[]
}

/** Reads a job file with the environment as variables; all problems come back together. */
export const loadJob = async (
  host: Host,
  path: string,
  { variables, strict, name }: JobFileOptions,
): Promise<LoadedJob> => {
  const { environment } = host
  const { plan, diagnostics } = await readJobFile(host, path, { variables, environment, strict })
  return {
    plan: plan === undefined || name === undefined ? plan : { ...plan, name },
    diagnostics,
  }
}

/** One line a problem: `file:line:column CODE sentence`. */
export const diagnosticLine = (diagnostic: Diagnostic, stream: TextStream): string => {
  const { color } = stream
  const paint = diagnostic.severity === 'error' ? color.red : color.yellow
  const label = diagnostic.severity === 'error' ? '' : ` ${paint('warning')}`
  return label === '' ? formatDiagnostic(diagnostic) : `${formatDiagnostic(diagnostic)}${label}`
}

export const writeDiagnostics = (diagnostics: readonly Diagnostic[], { err }: Terminal): void => {
  for (const diagnostic of diagnostics) err.write(`${diagnosticLine(diagnostic, err)}\n`)
}
