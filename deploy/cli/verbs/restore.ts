import { runCommandLine } from '../commandLine.ts'
import { defineCommand, formatFlag } from '../command.ts'
import { jobFlags } from '../jobs/target.ts'

const words = (name: string, values: readonly string[]): string[] =>
  values.flatMap((value) => [`--${name}`, value])

export const command = defineCommand({
  description:
    'Lets a job of a cluster go on from its savepoint, or from its last checkpoint; the job may have\n' +
    'another parallelism than before. The same as `tidegate submit FILE --restore JOBID`.',
  operands: [
    { name: 'JOBID', description: 'the id of the job', required: true },
    { name: 'FILE', description: 'the job (.conf, .json, .yaml, .sql, .ts, .js)', required: true },
  ],
  flags: {
    async: { kind: 'switch', description: 'do not wait: print the id and end' },
    variable: {
      kind: 'list',
      short: 'i',
      placeholder: 'NAME=VALUE',
      description: 'a value for ${NAME} in the file',
    },
    'allow-orphaned-state': {
      kind: 'switch',
      description: 'drop state that no operator of the job takes',
    },
    ...jobFlags,
    format: formatFlag,
  },
  examples: ['tidegate restore 1176752616793702401 job.conf'],
  run: ({ operands: [jobId, file], flags, terminal }) => {
    const { url, cluster, format } = flags
    return runCommandLine(
      [
        'submit',
        file!,
        '--restore',
        jobId!,
        '--format',
        format,
        ...(flags.async ? ['--async'] : []),
        ...(flags['allow-orphaned-state'] ? ['--allow-orphaned-state'] : []),
        ...(url === undefined ? [] : ['--url', url]),
        ...(cluster === undefined ? [] : ['--cluster', cluster]),
        ...words('variable', flags.variable),
        ...words('member', flags.member),
        ...words('config', flags.config),
        ...words('set', flags.set),
      ],
      terminal,
    )
  },
})
