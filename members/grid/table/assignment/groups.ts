import { matchesPattern } from '../../../discovery/index.ts'

/**
 * partition-group: members of one group never hold two replicas of one partition. `CUSTOM` lists
 * patterns of addresses, such as 10.0.1.*, one list for each group.
 */
export type MemberGrouping =
  | { readonly type: 'PER_MEMBER' }
  | { readonly type: 'HOST_AWARE' }
  | { readonly type: 'CUSTOM'; readonly groups: readonly (readonly string[])[] }

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
