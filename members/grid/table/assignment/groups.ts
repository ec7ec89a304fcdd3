import { matchesPattern } from '../../../discovery/index.ts'
import type { MemberGrouping } from '../../settings.ts'

/** A member that holds data. */
export interface DataMember {
  readonly id: string
  /** The host part of its address. */
  readonly host: string
}

const groupKey = ({ id, host }: DataMember, grouping: MemberGrouping): string => {
  switch (grouping.type) {
    case 'PER_MEMBER':
      return `member ${id}`
    case 'HOST_AWARE':
      return `host ${host}`
    case 'CUSTOM': {
      const at = grouping.groups.findIndex((patterns) =>
        patterns.some((pattern) => matchesPattern(host, pattern)),
      )
      // Who is in no list is a group of its own.
      return at < 0 ? `member ${id}` : `group ${at}`
    }
    default:
      return grouping satisfies never
  }
}

/** The ids of the members, group by group, in the order of the members. */
export const groupMembers = (
  members: readonly DataMember[],
  grouping: MemberGrouping,
): string[][] => {
  const groups = new Map<string, string[]>()
  for (const member of members) {
    const key = groupKey(member, grouping)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [member.id])
    else group.push(member.id)
  }
  return [...groups.values()]
}
