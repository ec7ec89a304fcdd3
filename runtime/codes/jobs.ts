import type { CodesOf } from './text.ts'

/** JOB: jobs on a cluster. */
export const JOB_CODES = {
  'JOB-001': {
    what: 'Only the active master can do this.',
    action: 'Ask any member over HTTP, which asks the active master.',
  },
  'JOB-002': {
    what: 'A job id is not valid.',
    action: 'Use 1 to 19 digits, or none and one is chosen.',
  },
  'JOB-003': {
    what: 'A job cannot be restored without its id.',
    action: 'Give `jobId`, or `restoreSourceJobId` with `restoreMode=CHECKPOINT`.',
  },
  'JOB-004': {
    what: 'The job with this id has ended.',
    action: 'Submit it under another id, or with `isStartWithSavePoint=true` to go on with it.',
  },
  'JOB-005': {
    what: 'There is nothing to restore a job from.',
    action: 'Check the job id and the checkpoint storage, or start the job anew.',
  },
  'JOB-006': {
    what: 'There is no running job with this id.',
    action: 'List the jobs; one that has ended stays in the history for a while.',
  },
  'JOB-007': {
    what: 'There are not enough free slots for a job.',
    action:
      'Start workers, end other jobs, lower the parallelism, or set job-schedule-strategy to WAIT.',
  },
  'JOB-008': {
    what: 'A job waits because this side of a split cluster may not run it.',
    action: 'It goes on when more than half of the members are together again.',
  },
  'JOB-009': {
    what: 'A job is not running as a whole, so no savepoint can be taken.',
    action: 'Try again when all its tasks run, or stop it without a savepoint.',
  },
  'JOB-010': { what: 'A job was cancelled.', action: 'Submit it again when it shall run.' },
  'JOB-011': {
    what: 'Another master has taken over the jobs.',
    action: 'Nothing has to be done: they go on there.',
  },
  'JOB-020': {
    what: 'The connection between two tasks of a job broke.',
    action:
      'The pipeline is started again from its last checkpoint; check the workers and the network.',
  },
  'JOB-021': {
    what: 'A worker that ran tasks of a job is gone.',
    action: 'The pipeline is started again on other workers; start the worker again.',
  },
  'JOB-022': {
    what: 'The tasks of a running pipeline could not be taken over as they were.',
    action: 'The pipeline is started again from its last checkpoint.',
  },
  'JOB-040': {
    what: 'Saved state would be lost, because no operator of the job takes it.',
    action:
      'Keep the plugin_output and plugin names of the operators, or allow it to be dropped with `allowOrphanedState`.',
  },
} as const satisfies CodesOf<'JOB'>
