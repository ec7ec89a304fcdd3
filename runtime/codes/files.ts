import type { CodesOf } from './text.ts'

/** FIL: files that jobs read and write. */
export const FILE_CODES = {
  'FIL-001': {
    what: 'A file is not of the format that the job names.',
    action: 'Correct the file, or the format, encoding or compression in the job.',
  },
  'FIL-002': {
    what: 'A row of a file is too long.',
    action: 'Check the row delimiter, the quotes and the format.',
  },
  'FIL-003': {
    what: 'A row of a file cannot be read.',
    action: 'Correct the row, or let the job skip or route such rows.',
  },
  'FIL-004': {
    what: 'A file is truncated or damaged.',
    action: 'Write the file again.',
  },
  'FIL-005': {
    what: 'A file format, codec or encoding is not supported here.',
    action: 'Use one of those named.',
  },
  'FIL-006': {
    what: 'No file matches.',
    action: 'Check the path and the filters.',
  },
  'FIL-007': {
    what: 'A file that was ready to be committed is gone.',
    action: 'Keep the folder of temporary files until the job has ended.',
  },
  'FIL-008': {
    what: 'The save mode does not allow what is there.',
    action: 'Empty the folder, or choose another save mode.',
  },
  'FIL-009': {
    what: 'A type cannot be held by the file format.',
    action: 'Convert the column with a transform, or choose another format.',
  },
} as const satisfies CodesOf<'FIL'>
