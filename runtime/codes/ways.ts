import type { CodesOf } from './text.ts'

/** CLI, API: command line, and members over HTTP. */
export const WAYS_CODES = {
  'CLI-001': { what: 'The command line is not valid.', action: 'See `--help`.' },
  'CLI-002': {
    what: 'The mode of the command line does not fit.',
    action: 'Use -m local to run a job in this process, -m cluster to give it to a cluster.',
  },
  'CLI-003': {
    what: 'A member could not be started or stopped by itself.',
    action: 'See the detail and the log file of the member.',
  },
  'CLI-004': {
    what: 'The cluster on this machine could not be started.',
    action: 'See what the members wrote above.',
  },
  'API-001': {
    what: 'The HTTP port would be open to other machines without credentials.',
    action:
      'Configure a user with a password or a token, listen on 127.0.0.1, or set `insecure: true`.',
  },
  'API-002': {
    what: 'A member did not answer over HTTP, or refused.',
    action: 'Check that it runs, its `--url` and the credentials.',
  },
  'API-003': {
    what: 'The cluster does not know a job.',
    action: 'See `tidegate list jobs`; jobs that ended long ago are forgotten.',
  },
} as const satisfies CodesOf<'CLI' | 'API'>
