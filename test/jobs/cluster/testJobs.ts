import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JobService } from '../../../jobs/cluster/index.ts'

export const ended = (service: JobService, jobId: string) =>
  service.ended(jobId, AbortSignal.timeout(20_000))

export const until = async (
  what: string,
  isSo: () => Promise<boolean> | boolean,
): Promise<void> => {
  const deadline = performance.now() + 10_000
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`Never: ${what}`)
    await Bun.sleep(10)
  }
}

export const smallJob = (env = '', rows = 10): string => `
  env { job.name = small, job.mode = BATCH, parallelism = 2 ${env} }
  source { FakeSource { row.num = ${rows}, schema { fields { id = bigint } } } }
  sink { Console { log.print.data = false } }`

export const slowJob = (env = ''): string =>
  smallJob(`, read_limit.rows_per_second = 20 ${env}`, 100_000).replace('BATCH', 'STREAMING')

export const fileJob = (folder: string, env: string, source = 'fake'): string => `
  env { job.name = files, parallelism = 2, checkpoint.interval = 50 ${env} }
  source {
    LocalFile {
      plugin_output = "${source}"
      path = "${folder}/in"
      file_format_type = csv
      schema { fields { id = bigint } }
    }
  }
  sink {
    LocalFile {
      plugin_input = "${source}"
      path = "${folder}/out"
      tmp_path = "${folder}/tmp"
      file_format_type = csv
    }
  }`

export const withFolder = async (work: (folder: string) => Promise<void>): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), 'tidegate-'))
  try {
    for (let file = 0; file < 4; file += 1) {
      const ids = Array.from({ length: 300 }, (_, index) => file * 300 + index)
      await Bun.write(join(folder, 'in', `${file}.csv`), ids.map((id) => `${id}\n`).join(''))
    }
    await work(folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}

export const ALL_IDS = Array.from({ length: 1200 }, (_, index) => index)
