import { describeBundle, isCodeFile, readPipeline } from '../../../jobs/bundles/index.ts'
import { readJobFile, type ReadJob } from '../../../jobs/files/index.ts'
import { Diagnostics, formatDiagnostic, type Diagnostic } from '../../../runtime/errors/index.ts'
import type { Host } from '../../../runtime/host/index.ts'
import { bundleFile, keepBundle } from '../bundling/bundleFile.ts'
import type { Terminal, TextStream } from '../terminal.ts'

export interface JobFileOptions {
  /** The values of `-i`. */
  readonly variables: { readonly [name: string]: string }
  /** Unknown options are errors, not warnings. */
  readonly strict: boolean
  /** The name of `-n`; it wins over the file's. */
  readonly name?: string | undefined
}

export interface LoadedJob extends ReadJob {
  /** The bundle of a job in code. */
  readonly codePath?: string
}

/** Bundles a job in code and asks it for its pipeline. */
const loadCodeJob = async (host: Host, path: string, strict: boolean): Promise<LoadedJob> => {
  const diagnostics = new Diagnostics()
  try {
    const codePath = await keepBundle(host, await bundleFile(host, path))
    return {
      ...(await readPipeline(await describeBundle(host, codePath), path, { strict })),
      codePath,
    }
  } catch (thrown) {
    diagnostics.caught(thrown, { file: path, line: 1, column: 1 })
    return { plugins: [], tables: [], diagnostics: diagnostics.all }
  }
}

/**
 * Reads a job file with the environment as variables, or a job in code; all problems come back
 * together.
 */
export const loadJob = async (
  host: Host,
  path: string,
  { variables, strict, name }: JobFileOptions,
): Promise<LoadedJob> => {
  const { environment } = host
  const job: LoadedJob = isCodeFile(path)
    ? await loadCodeJob(host, path, strict)
    : await readJobFile(host, path, { variables, environment, strict })
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
