import { test } from 'bun:test'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { checkKilledRounds } from './killing.ts'

const rowCount = 60_000
/** Rows a second and reader: the job takes about a second. */
const rowsPerSecond = 30_000

const jobText = (folder: string): string => `
env {
  job.mode = BATCH
  parallelism = \${parallelism:2}
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
  () =>
    checkKilledRounds({
      name: 'LocalFile to LocalFile',
      roundCount: 20,
      killWithinMs: 1300,
      rowCount,
      arrange: async (folder) => {
        await writeInput(folder)
        const jobFile = join(folder, 'job.conf')
        await Bun.write(jobFile, jobText(folder))
        return jobFile
      },
      idsWritten: (folder) => idsOf(join(folder, 'out')),
    }),
  { timeout: 300_000 },
)
