import type { DataMember, MemberGrouping } from '../assignment/index.ts'
import type { KeptCopy } from '../recovery.ts'
import type { PartitionRow } from '../row.ts'

/** Rows that may be in the expanded state at once, for each member that takes part. */
export const MIGRATIONS_MAX = 10
/** partition.table.send.interval of Hazelcast. */
export const PUBLISH_INTERVAL_MS = 15_000
/** How soon a master that may not make rows looks whether it may. */
export const UNSAFE_RETRY_MS = 500

export interface LeaderSettings {
  readonly partitionCount: number
  readonly grouping: MemberGrouping
  /** 1 + the highest number of copies of any configured structure. */
  readonly replicas: number
  /** How long a cluster that was stopped whole waits for all who held data. */
  readonly recoveryTimeoutMs: number
}

/** What the members of a cluster that was stopped whole bring along. */
export interface RecoveryState {
  /** By the id of the member. */
  readonly copies: ReadonlyMap<string, readonly KeptCopy[]>
  /** The addresses of all who held data as any of them knows it. */
  readonly expected: ReadonlySet<string>
  /** Then it goes on without those who have not come. */
  readonly untilMs: number
}

/** What the active master knows about the table; any other member is `following` and knows nothing. */
export interface LeaderState {
  readonly settings: LeaderSettings
  /** A new master is `fetching` until all data members have told their rows. */
  readonly phase: 'following' | 'fetching' | 'leading'
  readonly selfId: string
  readonly epoch: number
  readonly viewVersion: number
  /** Members that hold data, oldest first. */
  readonly members: readonly AddressedMember[]
  /** Those that get nothing any more. */
  readonly leaving: ReadonlySet<string>
  readonly replicasWanted: number
  /** Whose rows a new master does not have yet. */
  readonly awaited: ReadonlySet<string>
  /** Only while fetching; it counts where nobody tells a row. */
  readonly recovery: RecoveryState
  /** What all versions begin with: see LIFE_STRIDE. */
  readonly life: number
  /** By partition; while fetching the newest that was told. */
  readonly rows: readonly (PartitionRow | undefined)[]
  /** The version of each row in which its primary said that all replicas hold everything. */
  readonly syncedVersions: readonly number[]
  /** By partition: holders that are known to have had everything since they last had less. */
  readonly whole: readonly (readonly string[])[]
  /** What rows are to become, as `next` says where they are expanded; undefined where they are it. */
  readonly targets: readonly (readonly string[] | undefined)[]
  /**
   * Partitions whose primary was asked to stop, for the present version of the row, and what it has
   * said: it is `frozen` once it serves nothing any more.
   */
  readonly handovers: ReadonlyMap<number, 'asked' | 'frozen'>
  /** Something has changed that the targets follow from. */
  readonly isPlanDue: boolean
  readonly wakeAtMs: number
  readonly publishAtMs: number
  /** What the last publication told: whether nothing was left to do, for which view. */
  readonly told: { readonly isSettled: boolean; readonly viewVersion: number }
}

export interface AddressedMember extends DataMember {
  /** `host:port` */
  readonly address: string
}

/** `isSafe`: whether this master may make rows now. */
export type LeaderEvent = { readonly nowMs: number; readonly isSafe: boolean } & (
  | {
      readonly kind: 'view'
      readonly selfId: string
      readonly isMaster: boolean
      readonly epoch: number
      readonly viewVersion: number
      /** Those that hold data. */
      readonly members: readonly AddressedMember[]
    }
  | { readonly kind: 'time' }
  /** The rows of a member, as it was asked for in this epoch. */
  | {
      readonly kind: 'fetched'
      readonly memberId: string
      readonly epoch: number
      readonly rows: readonly (readonly [partition: number, row: PartitionRow])[]
      /** Partitions of which it has everything. */
      readonly whole: readonly number[]
      readonly copies: readonly KeptCopy[]
      readonly expected: readonly string[]
    }
  | {
      readonly kind: 'reports'
      readonly memberId: string
      readonly inSync: readonly PartitionVersion[]
      readonly frozen: readonly PartitionVersion[]
      /** Replicas that the structures of the member ask for. */
      readonly replicas: number
    }
  | { readonly kind: 'leave'; readonly memberId: string }
  /** This member joins anew. */
  | { readonly kind: 'reset' }
)

type WithoutTime<Event> = Event extends unknown ? Omit<Event, 'nowMs' | 'isSafe'> : never

/** An event as it happens, before it is known when. */
export type LeaderInput = WithoutTime<LeaderEvent>

export type PartitionVersion = readonly [partition: number, version: number]

export type LeaderEffect =
  /** Ask for rows; each answer is a `fetched`. Asked again as long as none comes. */
  | { readonly kind: 'fetch'; readonly memberIds: readonly string[]; readonly epoch: number }
  /** Tell all members these rows and how much is left to do; `first` are told before the others. */
  | {
      readonly kind: 'publish'
      readonly partitions: readonly number[]
      readonly first: readonly string[]
    }
  /** Ask the primary to stop serving the present row. */
  | { readonly kind: 'handover'; readonly memberId: string; readonly partition: number }

export interface LeaderStep {
  readonly state: LeaderState
  readonly effects: readonly LeaderEffect[]
}

type Mutable<Record> = { -readonly [Key in keyof Record]: Record[Key] }

/** A step in the making: a copy of the state, with lists of its own, that the parts change. */
export interface Draft extends Mutable<LeaderState> {
  rows: (PartitionRow | undefined)[]
  syncedVersions: number[]
  whole: (readonly string[])[]
  targets: (readonly string[] | undefined)[]
  handovers: Map<number, 'asked' | 'frozen'>
  readonly nowMs: number
  readonly changed: Set<number>
  readonly first: string[]
  readonly effects: LeaderEffect[]
}

export const NO_RECOVERY: RecoveryState = {
  copies: new Map(),
  expected: new Set(),
  untilMs: Infinity,
}

const NOTHING_TOLD = { isSettled: false, viewVersion: -1 }

export const createLeader = (settings: LeaderSettings): LeaderState => ({
  settings,
  phase: 'following',
  selfId: '',
  epoch: 0,
  viewVersion: 0,
  members: [],
  leaving: new Set(),
  replicasWanted: settings.replicas,
  awaited: new Set(),
  recovery: NO_RECOVERY,
  life: 0,
  rows: Array.from({ length: settings.partitionCount }, () => undefined),
  syncedVersions: Array.from({ length: settings.partitionCount }, () => 0),
  whole: Array.from({ length: settings.partitionCount }, () => []),
  targets: Array.from({ length: settings.partitionCount }, () => undefined),
  handovers: new Map(),
  isPlanDue: false,
  wakeAtMs: Infinity,
  publishAtMs: Infinity,
  told: NOTHING_TOLD,
})

/** Rows that are not what they are to be. */
export const migrationsLeft = ({ targets }: Pick<LeaderState, 'targets'>): number =>
  targets.reduce((count, target) => count + (target === undefined ? 0 : 1), 0)

/** Rows whose replicas are not known to hold everything. */
export const unsyncedRows = ({
  rows,
  syncedVersions,
}: Pick<LeaderState, 'rows' | 'syncedVersions'>): number =>
  rows.reduce((count, row, at) => count + (row?.version === syncedVersions[at] ? 0 : 1), 0)

/** All rows are what they are to be and in sync. */
export const isSettled = (state: LeaderState): boolean =>
  state.phase === 'leading' &&
  !state.isPlanDue &&
  migrationsLeft(state) === 0 &&
  unsyncedRows(state) === 0

/** Whether a member that leaves may go: it is in no row, or nobody is there to take over. */
export const mayLeave = ({ phase, rows, members, leaving }: LeaderState, id: string): boolean => {
  if (phase !== 'leading' || !leaving.has(id)) return false
  if (members.every((member) => leaving.has(member.id))) return true
  return rows.every(
    (row) => row !== undefined && !row.replicas.includes(id) && row.next?.includes(id) !== true,
  )
}
