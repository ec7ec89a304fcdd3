/** A row of a job that counts by key. */
export interface CountedRow {
  readonly n: number
  readonly seen: number
}

/** What a job has committed to `out` so far, by number. */
export const writtenRows = async (folder: string): Promise<CountedRow[]> => {
  const rows: CountedRow[] = []
  const files = new Bun.Glob('out/*.json').scan({ cwd: folder, absolute: true })
  try {
    for await (const file of files) {
      for (const line of (await Bun.file(file).text()).split('\n')) {
        if (line !== '') rows.push(JSON.parse(line) as CountedRow)
      }
    }
  } catch (thrown) {
    if ((thrown as { code?: string }).code !== 'ENOENT') throw thrown
  }
  return rows.sort((left, right) => left.n - right.n)
}
