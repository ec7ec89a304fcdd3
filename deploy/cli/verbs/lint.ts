import type { Diagnostic } from '../../../runtime/errors/index.ts'
import { createRealHost } from '../../../runtime/host/index.ts'
import { defineCommand } from '../command.ts'
import { ExitCode } from '../exitCodes.ts'
import { diagnosticLine, loadJob } from '../running/loadJob.ts'
import { parseVariables } from '../running/variables.ts'
import type { TextStream } from '../terminal.ts'

/** A command of GitHub's workflows, which shows the problem beside the line. */
const githubLine = ({ severity, code, message, at }: Diagnostic): string => {
  const escaped = message.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
  const place = at.line === 0 ? '' : `,line=${at.line},col=${at.column}`
  return `::${severity} file=${at.file}${place},title=${code}::${escaped}`
}

const render = (
  diagnostics: readonly Diagnostic[],
  format: 'text' | 'json' | 'github',
  stream: TextStream,
): string => {
  if (format === 'json') return `${JSON.stringify(diagnostics, null, 2)}\n`
  const line = format === 'github' ? githubLine : (each: Diagnostic) => diagnosticLine(each, stream)
  return diagnostics.map((diagnostic) => `${line(diagnostic)}\n`).join('')
}

export const command = defineCommand({
  description:
    'Reports every mistake in job files, each with its place and a code; runs nothing and\n' +
    'connects to nothing. Exit code 1 when there is an error.',
  operands: [{ name: 'FILE', description: 'job files', required: true, repeated: true }],
  flags: {
    variable: {
      kind: 'list',
      short: 'i',
      placeholder: 'NAME=VALUE',
      description: 'a value for ${NAME} in the file',
    },
    strict: { kind: 'switch', description: 'take warnings as errors' },
    format: {
      kind: 'text',
      placeholder: 'FORMAT',
      values: ['text', 'json', 'github'],
      defaultValue: 'text',
      description: 'text for people, json for programs, github for its workflows',
    },
  },
  examples: ['tidegate lint jobs/*.conf', 'tidegate lint job.conf --format github'],
  run: async ({ operands, flags, terminal }) => {
    const host = createRealHost()
    const variables = parseVariables(flags.variable)
    const diagnostics: Diagnostic[] = []
    let fileCount = 0
    for (const path of operands) {
      const job = await loadJob(host, path, { variables, strict: flags.strict })
      diagnostics.push(...job.diagnostics)
      if (job.plan === undefined) fileCount += 1
    }
    terminal.out.write(render(diagnostics, flags.format, terminal.out))
    return fileCount > 0 ? ExitCode.failed : ExitCode.finished
  },
})
