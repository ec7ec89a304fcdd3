import { addressKey, type Address } from '../../runtime/host/index.ts'

/** `master` and `master_and_worker` hold data and can be elected; a `worker` never does. */
export type MemberRole = 'master' | 'worker' | 'master_and_worker'

/** One life of a member in one cluster: whoever has to leave comes back under a new id. */
export type MemberId = string

/** A member as all others know it. */
export interface MemberRecord {
  readonly id: MemberId
  /** The process: stays when the member rejoins, changes when the process starts again. */
  readonly processId: string
  readonly address: Address
  readonly role: MemberRole
  /** The version of the program, as `members` prints it. */
  readonly version: string
}

/**
 * The cluster as its master published it. Views are ordered by `epoch`, then by `version`; members
 * by age, the master before all others that are no workers.
 */
export interface View {
  readonly clusterId: string
  /** The fencing number: it rises with every change of the master and never falls. */
  readonly epoch: number
  /** Rises with every change of the list. */
  readonly version: number
  readonly masterId: MemberId
  readonly members: readonly MemberRecord[]
  /**
   * The addresses of the masters that a majority last agreed on, present or not. Votes belong to addresses, so a
   * master that starts again has the vote of its earlier life.
   */
  readonly agreedMasters: readonly string[]
}

/** What tells a view from an other one. */
export interface ViewStamp {
  readonly clusterId: string
  readonly epoch: number
  readonly version: number
  readonly masterId: MemberId
}

export const canBeMaster = ({ role }: Pick<MemberRecord, 'role'>): boolean => role !== 'worker'

export const stampOf = ({ clusterId, epoch, version, masterId }: View): ViewStamp => ({
  clusterId,
  epoch,
  version,
  masterId,
})

/** Positive when `left` is newer; meaningful within one cluster. */
export const compareViews = (
  left: Pick<ViewStamp, 'epoch' | 'version'>,
  right: Pick<ViewStamp, 'epoch' | 'version'>,
): number => left.epoch - right.epoch || left.version - right.version

export const findMember = (view: View, id: MemberId): MemberRecord | undefined =>
  view.members.find((member) => member.id === id)

export const findByAddress = (view: View, address: Address): MemberRecord | undefined =>
  view.members.find((member) => addressKey(member.address) === addressKey(address))

export const mastersOf = (view: View): MemberRecord[] => view.members.filter(canBeMaster)

export const masterSlots = (view: View): string[] =>
  mastersOf(view).map((member) => addressKey(member.address))

/** Whether all masters of the list count where a majority is asked for, so that some may be missed. */
export const isAgreedOn = (view: View): boolean =>
  masterSlots(view).every((slot) => view.agreedMasters.includes(slot))

export const majorityOf = (count: number): number => Math.floor(count / 2) + 1
