import type { CodesOf } from './text.ts'

/** PLN, PIP: plans of jobs and pipelines in TypeScript. */
export const PLAN_CODES = {
  'PLN-001': {
    what: 'The graph of the job is not valid.',
    action: 'Correct the inputs and outputs.',
  },
  'PLN-002': { what: 'A connector or transform is unknown.', action: 'See `list`.' },
  'PLN-003': {
    what: 'The tables that flow into a plugin do not fit it.',
    action: 'Correct the columns named, or what the plugin reads from.',
  },
  'PIP-001': {
    what: 'A module holds no pipeline.',
    action: 'Export it as the default: export default pipeline()…writeTo(…).',
  },
  'PIP-002': {
    what: 'The code of a job threw.',
    action: 'Correct the stage that is named; the place is in the file of the job.',
  },
  'PIP-003': {
    what: 'The code of a job cannot be bundled.',
    action: 'Correct it at the place shown; what it imports must be installed beside it.',
  },
  'PIP-004': {
    what: 'The module of a job takes too long to load.',
    action: 'Do work in the functions of stages, not at the top of the module.',
  },
  'PIP-005': {
    what: 'The code of a job is too long.',
    action: 'Leave out packages that it does not need; what it reads can be beside it.',
  },
  'PIP-006': {
    what: 'The code of a job is not in the grid.',
    action: 'Submit the job again with its code.',
  },
  'PIP-007': {
    what: 'A stage of a job does not come back.',
    action: 'Look for a loop that does not end; long work belongs into many short calls.',
  },
  'PIP-008': {
    what: 'The code of a job takes too much memory.',
    action: 'Keep less in the states and variables of the stage that is named.',
  },
} as const satisfies CodesOf<'PLN' | 'PIP'>
