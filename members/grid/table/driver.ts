import { addressKey, type Host } from '../../../runtime/host/index.ts'
import type { Member, MemberEvent } from '../../member/index.ts'
import { canBeMaster, isAgreedOn, type View } from '../../membership/index.ts'
import type { MemberGrouping } from './assignment/index.ts'
import { createHearing, type Hearing } from './hearing.ts'
import { isSettled, type LeaderEffect, migrationsLeft } from './leader/index.ts'
import { createLeaderLoop, type LeaderLoop } from './leaderLoop.ts'
import { createLeaving, letGo } from './leaving.ts'
import { createMasterDesk, type MasterDesk, publicationOf } from './masterDesk.ts'
import type { PartitionTable } from './partitionTable.ts'
import type { Recovery } from './recovery.ts'
import { createReporter, type Reporter } from './reporter.ts'
import { serveTable } from './serving.ts'
import { createWholeCopies, type WholeCopies } from './wholeCopies.ts'

export interface PartitionTableOptions {
  /** hazelcast.partition.count; the same on all members. */
  readonly partitionCount: number
  /** The highest number of copies, beside the primary, of any configured structure. */
  readonly copies: number
  /** partition-group */
  readonly grouping: MemberGrouping
  /** What this member has kept on its disk; undefined where it keeps nothing. */
  readonly recovery?: Recovery | undefined
  /** How long a cluster that was stopped whole waits for all who held data; 30 s by default. */
  readonly recoveryTimeoutMs?: number
}

const RECOVERY_TIMEOUT_MS = 30_000

/** A member's part in the table: as one that is told, as a primary that tells, as the master. */
interface Parts {
  readonly member: Member
  readonly hearing: Hearing
  readonly whole: WholeCopies
  readonly reporter: Reporter
  readonly loop: LeaderLoop
  readonly desk: MasterDesk
  readonly recovery: Recovery
}

const NOTHING_KEPT: Recovery = {
  ready: Promise.resolve(),
  copies: () => [],
  expected: () => [],
}

const perform = (parts: Parts, effect: LeaderEffect): void => {
  const { member, hearing, whole, loop, desk, recovery } = parts
  const state = loop.state()
  switch (effect.kind) {
    case 'fetch': {
      const { memberIds, epoch } = effect
      const { copy } = hearing
      copy.promise(epoch)
      desk.fetch(memberIds)
      if (!memberIds.includes(state.selfId)) return
      const rows = copy.rows().flatMap((row, at) => (row === undefined ? [] : [[at, row] as const]))
      loop.dispatch({
        kind: 'fetched',
        memberId: state.selfId,
        epoch,
        rows,
        whole: whole.all(),
        copies: recovery.copies(),
        expected: recovery.expected(),
      })
      return
    }
    case 'publish':
      desk.publish(effect.partitions, effect.first)
      hearing.receive(publicationOf(state, effect.partitions))
      return
    case 'handover': {
      const { memberId, partition } = effect
      if (memberId !== member.self.id) desk.tell(memberId, partition)
      else hearing.receive(publicationOf(state, [partition]))
      return
    }
    default:
      effect satisfies never
  }
}

const createParts = (host: Host, member: Member, options: PartitionTableOptions): Parts => {
  const { partitionCount, copies, grouping, recovery = NOTHING_KEPT } = options
  const { recoveryTimeoutMs = RECOVERY_TIMEOUT_MS } = options
  const loop = createLeaderLoop({
    host,
    settings: { partitionCount, grouping, replicas: copies + 1, recoveryTimeoutMs },
    isSafe: () => member.isSafe(),
    perform: (effect) => perform(parts, effect),
  })
  const desk = createMasterDesk({
    host,
    member,
    state: () => loop.state(),
    onFetched: (memberId, epoch, told) =>
      loop.dispatch({ kind: 'fetched', memberId, epoch, ...told }),
  })
  const reporter = createReporter({
    host,
    member,
    receive: (reports) => loop.dispatch({ kind: 'reports', ...reports }),
  })
  const selfId = (): string => member.self.id
  const hearing = createHearing(partitionCount, selfId)
  const whole = createWholeCopies(hearing.copy, selfId)
  const parts: Parts = { member, hearing, whole, reporter, loop, desk, recovery }
  return parts
}

const onView = ({ member, loop, desk }: Parts, view: View): void => {
  const selfId = member.self.id
  const isMaster = view.masterId === selfId
  desk.address(isMaster ? view.members.filter(({ id }) => id !== selfId) : [])
  loop.dispatch({
    kind: 'view',
    selfId,
    isMaster,
    epoch: view.epoch,
    viewVersion: view.version,
    members: view.members
      .filter(canBeMaster)
      .map(({ id, address }) => ({ id, host: address.host, address: addressKey(address) })),
  })
}

/** Follows the views of the member; a new master is told again what the one before has heard. */
const follow = (parts: Parts): ((event: MemberEvent) => void) => {
  const { hearing, whole, reporter, loop, desk } = parts
  let reportedEpoch = 0
  return (event) => {
    if (event.kind === 'changed') {
      onView(parts, event.view)
      if (event.view.epoch === reportedEpoch) return
      reportedEpoch = event.view.epoch
      reporter.repeat()
    } else if (event.kind === 'reset') {
      reportedEpoch = 0
      hearing.clear()
      whole.clear()
      reporter.clear()
      desk.address([])
      loop.dispatch({ kind: 'reset' })
    }
  }
}

/**
 * Whether nothing is left to do, as far as this member knows, for the view that it has: any one
 * member may be lost then.
 */
const isSafe = ({ member, hearing, loop }: Parts): boolean => {
  const { copy } = hearing
  const view = member.view()
  if (view === undefined || !isAgreedOn(view) || !copy.isComplete()) return false
  const state = loop.state()
  if (state.phase !== 'following') {
    return isSettled(state) && state.epoch === view.epoch && state.viewVersion === view.version
  }
  const status = hearing.status()
  return (
    status !== undefined &&
    status.epoch === view.epoch &&
    status.viewVersion === view.version &&
    status.migrations === 0 &&
    status.unsynced === 0 &&
    status.digest === copy.digest()
  )
}

/**
 * The table of a member: it follows the member's views until it is closed. Nothing happens before
 * the end of this turn, so that those who listen hear everything.
 */
export const createPartitionTable = (
  host: Host,
  member: Member,
  options: PartitionTableOptions,
): PartitionTable => {
  const parts = createParts(host, member, options)
  const { hearing, whole, reporter, loop, desk } = parts
  const { copy } = hearing
  const leaving = createLeaving({
    host,
    member,
    askOwn: (memberId) => letGo(loop, member, memberId),
  })
  const { recovery } = parts
  let isClosed = false
  let isReady = options.recovery === undefined
  serveTable({ member, hearing, whole, loop, recovery, isOpen: () => isReady && !isClosed })
  // Before all others that listen: what they report at once is of the new row.
  copy.onRow((partition) => reporter.forget(partition))
  reporter.needReplicas(options.copies + 1)
  const onEvent = follow(parts)
  const stopListening = member.onEvent((event) => {
    if (isReady) onEvent(event)
  })
  const begin = (): void => {
    const view = member.view()
    if (view === undefined || isClosed) return
    onEvent({ kind: 'changed', view, mergedFrom: undefined })
  }
  if (isReady) queueMicrotask(begin)
  else {
    void recovery.ready.then(() => {
      isReady = true
      begin()
    })
  }
  return {
    partitionCount: copy.partitionCount,
    row: (partition) => copy.row(partition),
    adopt: (partition, row) => {
      if (isReady) copy.adopt(partition, row)
    },
    onRow: (listener) => copy.onRow(listener),
    reportInSync: (partition, version) => reporter.inSync(partition, version),
    reportCompared: (partition, isEqual) => whole.compared(partition, isEqual),
    onHandover: (listener) => hearing.onHandover(listener),
    reportFrozen: (partition, version) => reporter.frozen(partition, version),
    isSafe: () => isSafe(parts),
    migrationQueueSize: () => {
      const state = loop.state()
      return state.phase === 'following'
        ? (hearing.status()?.migrations ?? 0)
        : migrationsLeft(state)
    },
    leave: () => leaving.leave(),
    needCopies: (copies) => reporter.needReplicas(copies + 1),
    onMigration: (listener) => hearing.onMigration(listener),
    onPartitionLost: (listener) => hearing.onPartitionLost(listener),
    close: () => {
      isClosed = true
      stopListening()
      loop.close()
      desk.close()
      reporter.close()
      leaving.close()
    },
  }
}
