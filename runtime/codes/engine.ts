import type { CodesOf } from './text.ts'

/** ENG, CKP: engine and checkpoints. */
export const ENGINE_CODES = {
  'ENG-001': {
    what: 'Tidegate itself failed.',
    action: 'This is a bug: report it with the text below.',
  },
  'ENG-002': { what: 'The job was cancelled.', action: 'Start it again when you want it to run.' },
  'ENG-003': {
    what: 'More rows were rejected than the job allows.',
    action: 'Look at the dead letters and correct the source, or raise the budget.',
  },
  'CKP-001': {
    what: 'A stored checkpoint is damaged.',
    action: 'Restore the file from a backup, or start the job anew without `--restore`.',
  },
  'CKP-002': {
    what: 'A stored checkpoint was written by another version.',
    action: 'Restore it with the version that wrote it.',
  },
  'CKP-003': {
    what: 'A checkpoint did not complete in time.',
    action: 'Raise `checkpoint.timeout`, or find the sink or source that does not keep up.',
  },
  'CKP-004': {
    what: 'There is nothing to restore.',
    action: 'Check the job id and the checkpoint folder, or start without `--restore`.',
  },
  'CKP-005': {
    what: 'A checkpoint that a job needs to go on is lost.',
    action:
      'Restore from a savepoint that is kept elsewhere, or start the job anew; raise backup-count.',
  },
} as const satisfies CodesOf<'ENG' | 'CKP'>
