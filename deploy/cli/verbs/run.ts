import { createRealHost } from '../../../runtime/host/index.ts'
import { defineCommand, formatFlag } from '../command.ts'
import { JOB_ID_PATTERN } from '../running/identity.ts'
import { runJobFile } from '../running/runJobFile.ts'
import { parseVariables } from '../running/variables.ts'

export const command = defineCommand({
  description:
    'Runs a job file in this process. Rows of a Console sink and the result of --format json go\n' +
    'to stdout, all else to stderr. Ctrl-C ends the job well: what was read is written and\n' +
    'committed; a second Ctrl-C ends it at once.',
  operands: [
    { name: 'FILE', description: 'a job file (.conf, .json, .yaml, .sql)', required: true },
  ],
  flags: {
    variable: {
      kind: 'list',
      short: 'i',
      placeholder: 'NAME=VALUE',
      description: 'a value for ${NAME} in the file; several with commas or by repeating',
    },
    name: { kind: 'text', short: 'n', placeholder: 'NAME', description: 'the name of the job' },
    restore: {
      kind: 'optional',
      short: 'r',
      placeholder: 'JOBID',
      pattern: JOB_ID_PATTERN,
      description: 'go on from the last checkpoint of that job, or of the last run of this file',
    },
    'set-job-id': { kind: 'text', placeholder: 'JOBID', description: 'the id of the job' },
    'checkpoint-dir': {
      kind: 'text',
      placeholder: 'FOLDER',
      description: 'where checkpoints are kept [~/.local/state/tidegate/checkpoints]',
    },
    strict: { kind: 'switch', description: 'take warnings as errors' },
    format: formatFlag,
  },
  examples: [
    'tidegate run job.conf',
    'tidegate run job.conf -i date=2026-11-22 -i "city=Bremen,limit=10"',
    'tidegate run job.conf --restore',
    'tidegate run job.conf --format json | tail -1',
  ],
  run: ({ operands, flags, terminal }) =>
    runJobFile(
      createRealHost(),
      {
        path: operands[0]!,
        variables: parseVariables(flags.variable),
        strict: flags.strict,
        name: flags.name,
        format: flags.format,
        checkpointFolder: flags['checkpoint-dir'],
        jobId: flags['set-job-id'],
        restore: flags.restore,
      },
      terminal,
    ),
})
