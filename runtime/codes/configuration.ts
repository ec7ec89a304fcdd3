import type { CodesOf } from './text.ts'

/** CFG: configuration and job files. */
export const CONFIGURATION_CODES = {
  'CFG-001': { what: 'The text cannot be parsed.', action: 'Correct it at the place shown.' },
  'CFG-002': { what: 'An option is unknown.', action: 'Correct its name or remove it.' },
  'CFG-003': { what: 'A required option is missing.', action: 'Add it.' },
  'CFG-004': { what: 'An option has a value of the wrong type.', action: 'Correct the value.' },
  'CFG-005': {
    what: 'An option has a value that is not allowed.',
    action: 'Use one of those named.',
  },
  'CFG-006': {
    what: 'A substitution has no value.',
    action: 'Set it in the text, with `-i`, or in the environment.',
  },
  'CFG-007': {
    what: 'A file cannot be included.',
    action: 'Correct its name; names are relative to the including file.',
  },
  'CFG-008': {
    what: 'A schema block is malformed.',
    action: 'Correct it: `fields { name = type }`, or `columns` with a name and a type each.',
  },
} as const satisfies CodesOf<'CFG'>
