import type { ReadJob } from './readJob.ts'

/** The tables of each vertex as far as they are known before the job runs: what a sink reads, what others yield. */
export const tablePathsOf = ({
  plan,
  tables,
}: Pick<ReadJob, 'plan' | 'tables'>): (readonly string[])[] =>
  (plan?.vertices ?? []).map(({ id, kind }) => {
    const { input, output } = tables[id] ?? {}
    return ((kind === 'sink' ? input : output) ?? []).map(({ path }) => path)
  })
