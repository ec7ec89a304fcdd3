import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundleJob, describeBundle, readPipeline } from '../../../jobs/bundles/index.ts'
import { folderCheckpointStore, runJob, type RunningJob } from '../../../jobs/coordinator/index.ts'
import { createIsolatePool, withCode, type CodeLimits } from '../../../jobs/workers/index.ts'
import type { Plan } from '../../../jobs/plan/index.ts'
import { apiText } from '../../../deploy/cli/bundling/apiText.ts'
import { createRealHost } from '../../../runtime/host/index.ts'

const host = createRealHost()
const api = apiText()

export interface CodeJob extends AsyncDisposable {
  readonly folder: string
  readonly plan: Plan
  /** The lines that its Console sinks printed. */
  readonly printed: string[]
  /** Starts it; with `restore` from its last checkpoint, also with another parallelism. */
  start(options?: { readonly restore?: boolean; readonly plan?: Plan }): RunningJob
}

/** Bundles and plans a job that is given as the text of its module. */
export const codeJob = async (text: string, limits?: CodeLimits): Promise<CodeJob> => {
  const folder = await mkdtemp(join(tmpdir(), 'pipeline-'))
  const source = join(folder, 'job.ts')
  await Bun.write(source, text.replaceAll('$FOLDER', folder))
  const bundle = await bundleJob(host.modules, { path: source, name: 'job.ts', api })
  const path = join(folder, `${bundle.hash}.js`)
  await Bun.write(path, bundle.text)
  const { plan, diagnostics } = await readPipeline(await describeBundle(host, path), source)
  if (plan === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'))
  const printed: string[] = []
  const isolates = withCode(host, createIsolatePool(host, 0), path, limits)
  return {
    folder,
    plan,
    printed,
    start: ({ restore = false, plan: other = plan } = {}) =>
      runJob(host, other, {
        jobId: 'job',
        store: folderCheckpointStore(host, join(folder, 'checkpoints'), 3),
        isolates,
        defaults: {
          checkpointIntervalMs: 1000,
          checkpointTimeoutMs: 10_000,
          historyExpiryMs: 1e9,
        },
        restore,
        source,
        onPrint: (lines) => void printed.push(...lines),
        onLog: () => undefined,
      }),
    [Symbol.asyncDispose]: async () => {
      await isolates.close()
      await rm(folder, { recursive: true })
    },
  }
}

/** The plan with another parallelism everywhere. */
export const withParallelism = (plan: Plan, parallelism: number): Plan => ({
  ...plan,
  env: { ...plan.env, parallelism },
  vertices: plan.vertices.map((vertex) => ({ ...vertex, parallelism })),
})

/** The rows that JSON files of a LocalFile sink hold. */
export const writtenRows = async (folder: string): Promise<Record<string, unknown>[]> => {
  const rows: Record<string, unknown>[] = []
  if (!existsSync(folder)) return rows
  for await (const file of new Bun.Glob('**/*.json').scan({ cwd: folder, absolute: true })) {
    const lines = (await Bun.file(file).text()).split('\n')
    for (const line of lines) if (line !== '') rows.push(JSON.parse(line))
  }
  return rows
}
