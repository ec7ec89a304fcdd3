import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Rows of a file job, each with an id of its own, and what has become of them. */
export interface FileJob extends AsyncDisposable {
  /** The job, as text. */
  readonly text: string
  /** The ids that are committed, in order. */
  written(): Promise<number[]>
}

export interface FileJobOptions {
  readonly rows: number
  readonly rowsPerFile: number
  readonly env: string
}

/** Writes ids from 0 to files; a reader pauses for the rows of a file, so small ones make it read steadily. */
export const writeIds = async (
  folder: string,
  rows: number,
  rowsPerFile: number,
): Promise<void> => {
  for (let first = 0; first < rows; first += rowsPerFile) {
    const ids = Array.from({ length: Math.min(rowsPerFile, rows - first) }, (_, id) => first + id)
    await Bun.write(join(folder, `${first}.csv`), ids.map((id) => `${id}\n`).join(''))
  }
}

/** The source of what `writeIds` wrote. */
export const idSource = (folder: string): string => `
  source {
    LocalFile {
      path = "${folder}"
      file_format_type = csv
      schema { fields { id = bigint } }
    }
  }`

export const fileSink = (folder: string): string => `
  sink {
    LocalFile { path = "${folder}/out", tmp_path = "${folder}/tmp", file_format_type = csv }
  }`

/** The ids that a file sink has committed, in order. */
export const readIds = async (folder: string): Promise<number[]> => {
  const ids: number[] = []
  for (const name of await readdir(join(folder, 'out')).catch(() => [])) {
    const text = await Bun.file(join(folder, 'out', name)).text()
    for (const line of text.split('\n')) if (line !== '') ids.push(Number(line))
  }
  return ids.sort((left, right) => left - right)
}

export const createFileJob = async (options: FileJobOptions): Promise<FileJob> => {
  const { rows, rowsPerFile, env } = options
  const folder = await mkdtemp(join(tmpdir(), 'tidegate-'))
  await writeIds(join(folder, 'in'), rows, rowsPerFile)
  return {
    text: `
  env { job.name = rows, checkpoint.interval = 100, ${env} }
  ${idSource(join(folder, 'in'))}
  ${fileSink(folder)}`,
    written: () => readIds(folder),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  }
}

const PATIENCE_MS = 30_000

/** Waits until it is so; answers with the milliseconds that it took. */
export const until = async (what: string, isSo: () => Promise<boolean>): Promise<number> => {
  const startMs = performance.now()
  while (!(await isSo())) {
    if (performance.now() - startMs > PATIENCE_MS) throw new Error(`Never: ${what}`)
    await Bun.sleep(10)
  }
  return performance.now() - startMs
}
