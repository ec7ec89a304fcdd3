import { EngineError } from '../../../runtime/errors/index.ts'
import { runLocalCluster } from '../cluster/run.ts'
import { defineCommand } from '../command.ts'
import { parseVariables } from '../running/variables.ts'

/** Every member is a process of its own. */
const MEMBERS_MAX = 50

const countOf = (flag: string, text: string, least: number): number => {
  const count = Number(text)
  if (Number.isInteger(count) && count >= least && count <= MEMBERS_MAX) return count
  throw new EngineError(
    'CLI-001',
    `--${flag} cannot be ${text}; it is a number from ${least} to ${MEMBERS_MAX}.`,
  )
}

export const command = defineCommand({
  description:
    'Runs a cluster on this machine: every member is a process, on free ports of 127.0.0.1. Shows\n' +
    'their logs, where they can be found, and which of them dies. Ctrl-C stops all of them. With\n' +
    '--job it runs jobs, and answers with their exit code.',
  operands: [],
  flags: {
    masters: {
      kind: 'text',
      placeholder: 'N',
      description: 'members that hold state, of which one is active',
      defaultValue: '2',
    },
    workers: {
      kind: 'text',
      placeholder: 'N',
      description: 'members that run jobs; with 0 the masters do',
      defaultValue: '2',
    },
    job: {
      kind: 'list',
      placeholder: 'FILE',
      description: 'a job for the cluster; when all of them have ended, so does it',
    },
    variable: {
      kind: 'list',
      short: 'i',
      placeholder: 'NAME=VALUE',
      description: 'a value for ${NAME} in the job files',
    },
  },
  examples: [
    'tidegate cluster',
    'tidegate cluster --masters 3 --workers 0',
    'tidegate cluster --masters 3 --workers 2 --job job.conf',
  ],
  run: ({ flags, terminal }) =>
    runLocalCluster(
      {
        masters: countOf('masters', flags.masters, 1),
        workers: countOf('workers', flags.workers, 0),
        jobFiles: flags.job,
        variables: parseVariables(flags.variable),
      },
      terminal,
    ),
})
