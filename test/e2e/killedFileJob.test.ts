import { expect, test } from 'bun:test'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { killAndRestore, seededRandom } from './killing.ts'

const rowCount = 60_000
const roundCount = 20
/** Rows a second and reader: the job takes about a second. */
const rowsPerSecond = 30_000

const jobText = (folder: string): string => `
env {
  job.mode = BATCH
  parallelism = 2
  checkpoint.interval = 60
  read_limit.rows_per_second = ${rowsPerSecond}
}
source {
  LocalFile {
    path = "${folder}/in"
    file_format_type = csv
    schema { fields { id = bigint, name = string } }
  }
}
sink {
  LocalFile {
    path = "${folder}/out"
    tmp_path = "${folder}/tmp"
    file_format_type = csv
    is_enable_transaction = true
  }
}
`

const writeInput = async (folder: string): Promise<void> => {
  const files = 4
  for (let file = 0; file < files; file += 1) {
    const lines = Array.from({ length: rowCount / files }, (_, index) => {
      const id = file * (rowCount / files) + index
      return `${id},name of ${id}`
    })
    await Bun.write(join(folder, 'in', `part-${file}.csv`), `${lines.join('\n')}\n`)
  }
}

const idsOf = async (folder: string): Promise<number[]> => {
  const ids: number[] = []
  for (const name of await readdir(folder)) {
    const text = await Bun.file(join(folder, name)).text()
    for (const line of text.split('\n')) if (line !== '') ids.push(Number(line.split(',')[0]))
  }
  return ids
}

test(
  'a file job that is killed at random moments writes each row once',
  async () => {
    const seed = Number(process.env['SEED'] ?? 20_261_122)
    const random = seededRandom(seed)
    let killed = 0
    for (let round = 0; round < roundCount; round += 1) {
      const folder = await mkdtemp(join(tmpdir(), 'tidegate-killed-'))
      await writeInput(folder)
      const jobFile = join(folder, 'job.conf')
      await Bun.write(jobFile, jobText(folder))
      const killAfterMs = 100 + random() * 1200
      const jobId = `round-${round}`
      const checkpointFolder = join(folder, 'checkpoints')
      if (await killAndRestore({ jobFile, jobId, checkpointFolder, killAfterMs })) killed += 1
      const ids = await idsOf(join(folder, 'out'))
      const note = `SEED=${seed} round ${round} killed after ${killAfterMs} ms`
      expect([note, ids.length, new Set(ids).size]).toEqual([note, rowCount, rowCount])
      await rm(folder, { recursive: true })
    }
    console.log(
      `${killed} of ${roundCount} runs were killed before their end, 0 rows lost or doubled`,
    )
    expect(killed).toBeGreaterThan(roundCount / 2)
  },
  { timeout: 300_000 },
)
