import type { CodesOf } from './text.ts'

/** NET: members of a cluster. */
export const MEMBER_CODES = {
  'NET-001': {
    what: 'Two members do not belong together.',
    action: 'Give both the same cluster-name, if they shall be one cluster.',
  },
  'NET-002': {
    what: 'A member does not know the cluster secret.',
    action: 'Configure the same secret on all members.',
  },
  'NET-003': {
    what: 'A peer broke the member protocol and was cut off.',
    action: 'Check what connects to the member port; keep strangers away from it.',
  },
  'NET-004': {
    what: 'A member did not answer in time.',
    action: 'Check that it runs and that the network between the members works.',
  },
  'NET-005': {
    what: 'The connection to a member was lost.',
    action: 'It is tried again; check the other member if this goes on.',
  },
  'NET-006': {
    what: 'A member refused a request.',
    action: 'See the detail, and the log of that member.',
  },
  'NET-007': {
    what: 'Members of one cluster are configured differently.',
    action: 'Give all the same hazelcast.partition.count, and run compatible versions.',
  },
} as const satisfies CodesOf<'NET'>
