import { CONNECTORS } from '../../../jobs/connectors/index.ts'
import { TRANSFORMS } from '../../../jobs/transforms/index.ts'
import { ERROR_CODES } from '../../../runtime/codes/index.ts'
import { createRealHost } from '../../../runtime/host/index.ts'
import { defineCommand, formatFlag } from '../command.ts'
import { ExitCode } from '../exitCodes.ts'
import { createJobsApi } from '../jobs/api.ts'
import { jobFlags, jobTarget, type JobFlags } from '../jobs/target.ts'
import { renderTable } from '../table.ts'

type Row = { readonly [column: string]: string }

const connectorRows = async (): Promise<readonly Row[]> => {
  const rows = await Promise.all(
    [...CONNECTORS.values()].map(async (entry) => {
      const source = await entry.source?.()
      const sink = await entry.sink?.()
      const kinds = [source, sink].flatMap((part) => (part === undefined ? [] : [part.kind]))
      return {
        name: entry.name,
        kinds: kinds.join(', '),
        description: source?.description ?? sink?.description ?? '',
      }
    }),
  )
  return rows.sort((left, right) => left.name.localeCompare(right.name))
}

const transformRows = async (): Promise<readonly Row[]> => {
  const plugins = await Promise.all([...TRANSFORMS.values()].map((entry) => entry.load()))
  return plugins
    .map(({ name, description }) => ({ name, description }))
    .sort((left, right) => left.name.localeCompare(right.name))
}

const codeRows = (): readonly Row[] =>
  Object.entries(ERROR_CODES).map(([code, text]) => ({ code, ...text }))

/** Those that run first, then those that have ended, the newest first. */
const jobRows = async (flags: JobFlags): Promise<readonly Row[]> => {
  const host = createRealHost()
  const api = createJobsApi(host, await jobTarget(host, flags))
  const jobs = [...(await api.running()), ...(await api.finished())]
  return jobs.map(({ jobId, jobName = '', jobStatus = '', createTime = '', finishTime = '' }) => ({
    jobId,
    jobName,
    jobStatus,
    submitted: createTime,
    finished: finishTime,
  }))
}

const rowsOf = async (what: string, flags: JobFlags): Promise<readonly Row[]> => {
  if (what === 'jobs') return jobRows(flags)
  if (what === 'connectors') return connectorRows()
  return what === 'transforms' ? transformRows() : codeRows()
}

const headOf = (column: string): string => column.charAt(0).toUpperCase() + column.slice(1)

export const command = defineCommand({
  description: 'Lists what this build of Tidegate has, or the jobs of a cluster.',
  operands: [
    {
      name: 'WHAT',
      description: 'what to list',
      required: true,
      values: ['connectors', 'transforms', 'codes', 'jobs'],
    },
  ],
  flags: { ...jobFlags, format: formatFlag },
  examples: ['tidegate list jobs', 'tidegate list connectors', 'tidegate list codes --format json'],
  run: async ({ operands, flags, terminal }) => {
    const rows = await rowsOf(operands[0]!, flags)
    if (flags.format === 'json') {
      terminal.out.write(`${JSON.stringify(rows, null, 2)}\n`)
      return ExitCode.finished
    }
    const columns = Object.keys(rows[0] ?? {})
    const cells = rows.map((row) => columns.map((column) => row[column]!))
    terminal.out.write(renderTable(columns.map(headOf), cells, terminal.out))
    return ExitCode.finished
  },
})
