import type { Address } from '../../runtime/host/index.ts'
import type { Member } from '../member/index.ts'
import { canBeMaster, type View } from '../membership/index.ts'

/** Counts once for each view: it is asked for every operation of a protected structure. */
export const dataMemberCounter = (member: Member): (() => number) => {
  let counted: View | undefined
  let count = 0
  return () => {
    const view = member.view()
    if (view !== counted) count = view?.members.filter(canBeMaster).length ?? 0
    counted = view
    return count
  }
}

/** Undefined for who is not in the list. */
export const addressOf = (member: Member, id: string): Address | undefined =>
  member.members().find((other) => other.id === id)?.address
