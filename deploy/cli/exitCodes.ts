/** What the process answers to the one that started it; `--help` and README show the same list. */
export const ExitCode = {
  finished: 0,
  failed: 1,
  usage: 2,
  bug: 70,
  interrupted: 130,
  terminated: 143,
} as const
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode]

export const EXIT_CODE_TEXTS: readonly (readonly [ExitCode, string])[] = [
  [ExitCode.finished, 'all is well: the job finished, the files have no mistakes'],
  [
    ExitCode.failed,
    'the job failed, lint found a mistake, a member ran out of memory, or the cluster did not do it',
  ],
  [ExitCode.usage, 'the command line or the job file is not valid; nothing was run'],
  [ExitCode.bug, 'Tidegate itself failed: a bug'],
  [ExitCode.interrupted, 'stopped by Ctrl-C (SIGINT)'],
  [ExitCode.terminated, 'stopped by SIGTERM'],
]
