import type { CodesOf } from './text.ts'

/** GRD: the grid. */
export const GRID_CODES = {
  'GRD-001': {
    what: 'The grid did not answer in time.',
    action: 'Check that the members run and reach each other; try again.',
  },
  'GRD-002': {
    what: 'An operation may or may not have run: its answer was lost.',
    action: 'Look at the state before trying again; what may run twice can be tried again at once.',
  },
  'GRD-003': {
    what: 'No member of the cluster holds data.',
    action: 'Start a member with the role `master` or `master_and_worker`.',
  },
  'GRD-004': {
    what: 'This side of a split has no majority of the masters, so it must not answer.',
    action: 'Restore the network between the members, or start the masters that are missing.',
  },
  'GRD-005': {
    what: 'A value cannot be kept in the grid, or not be read from it.',
    action: 'Use values that the documentation of the grid names.',
  },
  'GRD-006': {
    what: 'A member has no memory for more data of the grid.',
    action: 'Add members, limit maps with `eviction`, or give the machine more memory.',
  },
  'GRD-007': {
    what: 'A merge function is missing or failed.',
    action: 'Register it by its name on every data member, and let it neither throw nor wait.',
  },
  'GRD-008': {
    what: 'Too few members hold data for a structure with split-brain protection.',
    action: 'Restore the network, start the members that are missing, or try again later.',
  },
  'GRD-010': {
    what: 'A key or value of a map is null.',
    action: 'Give one; to take an entry away, use `remove` or `delete`.',
  },
  'GRD-011': {
    what: 'A key of a map stayed locked by another for too long.',
    action: 'Try again, hold locks for a shorter time, or take them with a lease.',
  },
  'GRD-012': {
    what: 'A lock cannot be given back by one who does not hold it.',
    action: 'Unlock with the member or client, and the lock context, that took the lock.',
  },
  'GRD-013': {
    what: 'An argument of a call on a map makes no sense.',
    action: 'Correct it as the message says.',
  },
  'GRD-014': {
    what: 'An entry processor of a map is missing or failed.',
    action: 'Register it by its name on every data member, and let it neither throw nor wait.',
  },
  'GRD-015': {
    what: 'A map has no event journal.',
    action: 'Set event-journal.enabled for the map on all members.',
  },
  'GRD-020': {
    what: 'A predicate, projection or aggregation makes no sense.',
    action: 'Correct it as the message says.',
  },
  'GRD-030': {
    what: 'A queue or topic is full.',
    action: 'Try again later, wait for room with `put`, or give it more room in its settings.',
  },
  'GRD-031': {
    what: 'A list has no such index.',
    action: 'Ask for its size first; somebody else may have removed items meanwhile.',
  },
  'GRD-032': {
    what: 'An item of a ringbuffer is gone.',
    action: 'Read on from its head sequence; give it more capacity if readers fall behind.',
  },
  'GRD-033': {
    what: 'A lock is not held with this fence.',
    action: 'What it protected may have a new owner: lock again before going on.',
  },
  'GRD-034': {
    what: 'A structure of the grid cannot take what it was given.',
    action: 'See the message for what it takes.',
  },
  'GRD-035': {
    what: 'No ids can be made at this time of the clock.',
    action: 'Set the clock of the machine.',
  },
  'GRD-036': {
    what: 'A listener of a reliable topic missed messages.',
    action:
      'Listen again from the oldest message, make it loss-tolerant, or give the ringbuffer more capacity.',
  },
  'GRD-050': {
    what: 'A client reaches no member of its cluster.',
    action: 'Check that members run, and the addresses and the cluster name that the client has.',
  },
  'GRD-051': {
    what: 'The grid is closed, or not there for a moment.',
    action: 'Try again; connect or join anew where it was closed.',
  },
  'GRD-052': {
    what: 'Too many calls to the grid are under way.',
    action: 'Try again a little later, or have fewer under way at once.',
  },
  'GRD-053': {
    what: 'The grid was asked for something that cannot be.',
    action: 'Correct what the message names.',
  },
  'GRD-040': {
    what: 'A member cannot write a persisted map to its disk, so it refuses changes of it.',
    action: 'Free space on the disk that the message names; it goes on by itself. Reads go on.',
  },
  'GRD-041': {
    what: 'The store of a map has failed, so what was asked of the map was not done.',
    action: 'See the reason in the message; try again when the store is well.',
  },
  'GRD-042': {
    what: 'Too many writes of a map wait for its store.',
    action: 'Try again a little later; see in the log why the store does not take them.',
  },
} as const satisfies CodesOf<'GRD'>
