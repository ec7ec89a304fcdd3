import { expect, test } from 'bun:test'
import { existsSync, readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { formatOf, readJobText } from '../../../jobs/files/index.ts'
import { formatDiagnostic } from '../../../runtime/errors/index.ts'

const FOLDER = '../shared/cases/seatunnel'
const isThere = existsSync(FOLDER)
if (!isThere) process.stderr.write(`skipped: the folder ${FOLDER} is absent\n`)
const files = isThere ? readdirSync(FOLDER).filter((name) => /\.(conf|json|sql)$/.test(name)) : []
const expected = isThere ? await readFile(`${FOLDER}/cases.tsv`, 'utf8') : ''

test.skipIf(!isThere).each(files)('%s reads into a plan', async (name) => {
  const text = await readFile(`${FOLDER}/${name}`, 'utf8')
  const job = await readJobText(text, formatOf(name), name)
  const unknownOptions = job.diagnostics.filter(({ code }) => code === 'CFG-002')
  expect(
    job.diagnostics.filter((each) => !unknownOptions.includes(each)).map(formatDiagnostic),
  ).toEqual([])
  const shape = expected
    .split('\n')
    .find((line) => line.startsWith(`${name}\t`))!
    .split('\t')[3]!
  const kinds = ['source', 'transform', 'sink'] as const
  const found = kinds.map((kind) =>
    job.plan!.vertices.filter((vertex) => vertex.kind === kind).map((vertex) => vertex.plugin),
  )
  expect(
    found
      .map((names) => names.join('+') || '-')
      .join(' > ')
      .toLowerCase(),
  ).toBe(shape.toLowerCase())
})
