import type { Host } from '../../../runtime/host/index.ts'
import type { Member } from '../../member/index.ts'
import type { MemberRecord } from '../../membership/index.ts'
import { type Courier, createCourier } from './courier.ts'
import { type LeaderState, migrationsLeft, unsyncedRows } from './leader/index.ts'
import {
  decodeTold,
  digestOf,
  encodeFetch,
  encodePublication,
  type Publication,
  type PublishedRow,
  TABLE_KINDS,
  type TableStatus,
  type Told,
} from './messages.ts'

/** A member that does not answer by then is asked or told again. */
const ANSWER_MS = 5000

/** What the active master has to say to one other member. */
interface Target {
  readonly record: MemberRecord
  readonly partitions: Set<number>
  isStatusDue: boolean
  readonly courier: Courier
}

/** Where the active master keeps what it has to tell and to ask, until the others have answered. */
export interface MasterDesk {
  /** The members to tell are now these; who is new is told the whole table. */
  address(members: readonly MemberRecord[]): void
  /** Tells all members these partitions, with how far all is; those that are `first` first. */
  publish(partitions: readonly number[], first: readonly string[]): void
  /** Tells one member one partition again. */
  tell(memberId: string, partition: number): void
  /** Asks for the rows of members, as the present state awaits them. */
  fetch(memberIds: readonly string[]): void
  close(): void
}

export interface MasterDeskOptions {
  readonly host: Host
  readonly member: Member
  readonly state: () => LeaderState
  readonly onFetched: (memberId: string, epoch: number, told: Told) => void
}

const statusOf = (state: LeaderState): TableStatus => ({
  epoch: state.epoch,
  viewVersion: state.viewVersion,
  migrations: migrationsLeft(state),
  unsynced: unsyncedRows(state),
  digest: digestOf(state.rows),
})

const publishedRow = (state: LeaderState, partition: number): PublishedRow => {
  const row = state.rows[partition]!
  return {
    partition,
    row,
    isHandover: state.handovers.has(partition),
  }
}

/** What a publication of these partitions says now. */
export const publicationOf = (state: LeaderState, partitions: Iterable<number>): Publication => ({
  masterId: state.selfId,
  status: statusOf(state),
  rows: [...partitions].map((partition) => publishedRow(state, partition)),
})

const fetchFrom = async (options: MasterDeskOptions, record: MemberRecord): Promise<void> => {
  const { member, state, onFetched } = options
  const { selfId, epoch, settings } = state()
  const body = encodeFetch({ masterId: selfId, epoch })
  const answer = await member.messenger.request(record.address, TABLE_KINDS.fetch, body, {
    timeoutMs: ANSWER_MS,
  })
  onFetched(record.id, epoch, decodeTold(answer, settings.partitionCount))
}

const publishTo = async (options: MasterDeskOptions, target: Target): Promise<void> => {
  const partitions = [...target.partitions]
  target.partitions.clear()
  target.isStatusDue = false
  const body = encodePublication(publicationOf(options.state(), partitions))
  try {
    await options.member.messenger.request(target.record.address, TABLE_KINDS.publish, body, {
      timeoutMs: ANSWER_MS,
    })
  } catch (thrown) {
    for (const partition of partitions) target.partitions.add(partition)
    target.isStatusDue = true
    throw thrown
  }
}

export const createMasterDesk = (options: MasterDeskOptions): MasterDesk => {
  const { host, state } = options
  const targets = new Map<string, Target>()

  const send = (id: string): Promise<void> | undefined => {
    const target = targets.get(id)
    const { phase, awaited } = state()
    if (target === undefined) return undefined
    if (phase === 'fetching') return awaited.has(id) ? fetchFrom(options, target.record) : undefined
    const isDue = target.isStatusDue || target.partitions.size > 0
    return phase === 'leading' && isDue ? publishTo(options, target) : undefined
  }
  const add = (record: MemberRecord): void => {
    const { id } = record
    const partitions = new Set(state().rows.keys())
    const courier = createCourier(host.clock, () => send(id))
    targets.set(id, { record, partitions, isStatusDue: true, courier })
    courier.wake()
  }
  return {
    address: (members) => {
      const ids = new Set(members.map(({ id }) => id))
      for (const [id, { courier }] of targets) {
        if (ids.has(id)) continue
        courier.close()
        targets.delete(id)
      }
      for (const record of members) if (!targets.has(record.id)) add(record)
    },
    publish: (partitions, first) => {
      for (const id of new Set([...first, ...targets.keys()])) {
        const target = targets.get(id)
        if (target === undefined) continue
        for (const partition of partitions) target.partitions.add(partition)
        target.isStatusDue = true
        target.courier.wake()
      }
    },
    tell: (memberId, partition) => {
      const target = targets.get(memberId)
      target?.partitions.add(partition)
      target?.courier.wake()
    },
    fetch: (memberIds) => {
      for (const id of memberIds) targets.get(id)?.courier.wake()
    },
    close: () => {
      for (const { courier } of targets.values()) courier.close()
      targets.clear()
    },
  }
}
