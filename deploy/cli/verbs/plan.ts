import { createRealHost } from '../../../runtime/host/index.ts'
import { defineCommand, formatFlag } from '../command.ts'
import { ExitCode } from '../exitCodes.ts'
import { explainJob } from '../planning/explain.ts'
import { renderExplanation } from '../planning/render.ts'
import { loadJob, writeDiagnostics } from '../running/loadJob.ts'
import { parseVariables } from '../running/variables.ts'

export const command = defineCommand({
  description:
    'Draws what a job will do without running it: the graph with its tables, what a row is worth\n' +
    'after a crash on each way, and the slots that the job takes.',
  operands: [{ name: 'FILE', description: 'a job file', required: true }],
  flags: {
    variable: {
      kind: 'list',
      short: 'i',
      placeholder: 'NAME=VALUE',
      description: 'a value for ${NAME} in the file',
    },
    format: formatFlag,
  },
  examples: ['tidegate plan job.conf', 'tidegate plan job.conf --format json'],
  run: async ({ operands, flags, terminal }) => {
    const variables = parseVariables(flags.variable)
    const job = await loadJob(createRealHost(), operands[0]!, { variables, strict: false })
    writeDiagnostics(job.diagnostics, terminal)
    if (job.plan === undefined) return ExitCode.usage
    const explanation = explainJob(job.plan, job)
    terminal.out.write(
      flags.format === 'json'
        ? `${JSON.stringify(explanation, null, 2)}\n`
        : renderExplanation(explanation, terminal.out),
    )
    return ExitCode.finished
  },
})
