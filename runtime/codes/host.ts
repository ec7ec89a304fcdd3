import type { CodesOf } from './text.ts'

/** HST: host and disk. */
export const HOST_CODES = {
  'HST-001': {
    what: 'A file or folder does not exist.',
    action: 'Check the path; relative paths are resolved from the working directory.',
  },
  'HST-002': {
    what: 'Access to a file or folder was refused.',
    action: 'Grant the permission to the user that runs Tidegate.',
  },
  'HST-003': {
    what: 'The disk is full.',
    action: 'Free space, or write to another disk; nothing half-written is visible.',
  },
  'HST-004': { what: 'The disk reported an error.', action: 'See the detail; check the device.' },
  'HST-005': {
    what: 'A network address cannot be reached.',
    action: 'Check that the address is right and that something listens there.',
  },
  'HST-006': {
    what: 'A network address cannot be listened on.',
    action: 'Choose another port, or stop the process that holds it.',
  },
  'HST-007': {
    what: 'The process holds more memory than it may.',
    action: 'Raise tidegate.memory-limit-megabytes, or see in the heap snapshot what holds it.',
  },
  'HST-008': {
    what: 'An object store refused, or did not answer.',
    action: 'Check the endpoint, the bucket and the keys; see the detail.',
  },
} as const satisfies CodesOf<'HST'>
