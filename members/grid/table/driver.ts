import { EngineError } from '../../../runtime/errors/index.ts'
import type { Host } from '../../../runtime/host/index.ts'
import type { Member, MemberEvent } from '../../member/index.ts'
import { canBeMaster, type View } from '../../membership/index.ts'
import type { MemberGrouping } from './assignment/index.ts'
import { type MigrationEvent, migrationEvents, type PartitionLostEvent } from './events.ts'
import { isSettled, type LeaderEffect, mayLeave, migrationsLeft } from './leader/index.ts'
import { createLeaderLoop, type LeaderLoop } from './leaderLoop.ts'
import { createLeaving } from './leaving.ts'
import { createMasterDesk, type MasterDesk, publicationOf } from './masterDesk.ts'
import {
  decodeFetch,
  decodeLeave,
  decodePublication,
  decodeReports,
  encodeRows,
  type Publication,
  TABLE_KINDS,
  type TableStatus,
} from './messages.ts'
import type { PartitionTable } from './partitionTable.ts'
import { createReporter, type Reporter } from './reporter.ts'
import { primaryOf } from './row.ts'
import { createTableCopy, type TableCopy } from './tableCopy.ts'

export interface PartitionTableOptions {
  /** hazelcast.partition.count; the same on all members. */
  readonly partitionCount: number
  /** The highest number of copies, beside the primary, of any configured structure. */
  readonly copies: number
  /** partition-group */
  readonly grouping: MemberGrouping
}

type HandoverListener = (partition: number, version: number) => void

/** A table being put together: what is made later needs what is made before, and back. */
interface Parts {
  readonly member: Member
  readonly copy: TableCopy
  readonly handoverListeners: Set<HandoverListener>
  readonly migrationListeners: Set<(event: MigrationEvent) => void>
  readonly lostListeners: Set<(event: PartitionLostEvent) => void>
  /** The versions for which this primary was asked to stop. */
  readonly asked: Map<number, number>
  /** What the active master last told. */
  status: TableStatus | undefined
  /** The epoch whose master has heard the reports. */
  reportedEpoch: number
  isClosed: boolean
  loop: LeaderLoop
  desk: MasterDesk
  reporter: Reporter
}

const EMPTY = new Uint8Array(0)
const YES = new Uint8Array([1])
const NO = new Uint8Array([0])

const refusal = (reason: string): EngineError =>
  new EngineError('NET-006', reason, { retry: 'backoff' })

/** Takes what the master tells: also the master itself, of itself. */
const receivePublication = (parts: Parts, { status, rows }: Publication): void => {
  const { copy, member, asked } = parts
  parts.status = status
  for (const { partition, row, isLost } of rows) {
    const wasKnown = copy.row(partition) !== undefined
    const isNew = copy.adopt(partition, row)
    // Who comes later has lost nothing.
    if (!isNew || !isLost || !wasKnown) continue
    for (const listener of parts.lostListeners) listener({ partition, version: row.version })
  }
  for (const { partition, row, isHandover } of rows) {
    const isOurs = primaryOf(row) === member.self.id
    const isPresent = copy.row(partition)?.version === row.version
    if (!isHandover || !isOurs || !isPresent || asked.get(partition) === row.version) continue
    asked.set(partition, row.version)
    for (const listener of parts.handoverListeners) listener(partition, row.version)
  }
}

const perform = (parts: Parts, effect: LeaderEffect): void => {
  const { loop, desk, copy, member } = parts
  const state = loop.state()
  switch (effect.kind) {
    case 'fetch': {
      copy.promise(effect.epoch)
      desk.fetch(effect.memberIds)
      if (!effect.memberIds.includes(state.selfId)) return
      const rows = copy.rows().flatMap((row, at) => (row === undefined ? [] : [[at, row] as const]))
      loop.dispatch({ kind: 'fetched', memberId: state.selfId, epoch: effect.epoch, rows })
      return
    }
    case 'publish':
      desk.publish(effect.partitions, effect.first)
      receivePublication(parts, publicationOf(state, effect.partitions))
      return
    case 'handover':
      if (effect.memberId === member.self.id) {
        receivePublication(parts, publicationOf(state, [effect.partition]))
      } else desk.tell(effect.memberId, effect.partition)
      return
    default:
      effect satisfies never
  }
}

const onView = (parts: Parts, view: View): void => {
  const { member, desk, loop, reporter } = parts
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
      .map(({ id, address }) => ({ id, host: address.host })),
  })
  if (parts.reportedEpoch === view.epoch) return
  parts.reportedEpoch = view.epoch
  reporter.repeat()
}

const onMemberEvent = (parts: Parts, event: MemberEvent): void => {
  if (event.kind === 'changed') onView(parts, event.view)
  if (event.kind !== 'reset') return
  parts.status = undefined
  parts.asked.clear()
  parts.reportedEpoch = 0
  parts.copy.clear()
  parts.reporter.clear()
  parts.desk.address([])
  parts.loop.dispatch({ kind: 'reset' })
}

/** Answers to the other members. */
const serve = (parts: Parts): void => {
  const { member, copy, loop } = parts
  const { messenger } = member
  const fromMaster = (masterId: string, epoch: number): void => {
    const view = parts.isClosed ? undefined : member.view()
    if (view?.masterId === masterId && view.epoch === epoch) return
    throw refusal(`${masterId} is not the master of epoch ${epoch} here`)
  }
  const asMaster = (): void => {
    if (!parts.isClosed && loop.state().phase !== 'following') return
    throw refusal('This member is not the master')
  }
  messenger.onRequest(TABLE_KINDS.publish, ({ body }) => {
    const publication = decodePublication(body, copy.partitionCount)
    fromMaster(publication.masterId, publication.status.epoch)
    receivePublication(parts, publication)
    return EMPTY
  })
  messenger.onRequest(TABLE_KINDS.fetch, ({ body }) => {
    const { masterId, epoch } = decodeFetch(body)
    fromMaster(masterId, epoch)
    copy.promise(epoch)
    return encodeRows(copy.rows())
  })
  messenger.onRequest(TABLE_KINDS.report, ({ body }) => {
    const reports = decodeReports(body)
    asMaster()
    loop.dispatch({ kind: 'reports', ...reports })
    return EMPTY
  })
  messenger.onRequest(TABLE_KINDS.leave, ({ body }) => {
    const memberId = decodeLeave(body)
    asMaster()
    loop.dispatch({ kind: 'leave', memberId })
    return mayLeave(loop.state(), memberId) ? YES : NO
  })
}

/** Whether what this member knows is all settled, for the view that it has. */
const isSafe = ({ member, copy, loop, status }: Parts): boolean => {
  const view = member.view()
  if (view === undefined || !copy.isComplete()) return false
  const state = loop.state()
  if (state.phase !== 'following') {
    return isSettled(state) && state.epoch === view.epoch && state.viewVersion === view.version
  }
  return (
    status !== undefined &&
    status.epoch === view.epoch &&
    status.viewVersion === view.version &&
    status.migrations === 0 &&
    status.unsynced === 0 &&
    status.digest === copy.digest()
  )
}

const subscribe = <Listener>(listeners: Set<Listener>, listener: Listener): (() => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

const createParts = (host: Host, member: Member, options: PartitionTableOptions): Parts => {
  const { partitionCount, copies, grouping } = options
  const parts = {
    member,
    copy: createTableCopy(partitionCount),
    handoverListeners: new Set(),
    migrationListeners: new Set(),
    lostListeners: new Set(),
    asked: new Map(),
    status: undefined,
    reportedEpoch: 0,
    isClosed: false,
  } as unknown as Parts
  parts.loop = createLeaderLoop({
    host,
    settings: { partitionCount, grouping, replicas: copies + 1 },
    isSafe: () => member.isSafe(),
    perform: (effect) => perform(parts, effect),
  })
  parts.desk = createMasterDesk({
    host,
    member,
    state: () => parts.loop.state(),
    onFetched: (memberId, epoch, rows) =>
      parts.loop.dispatch({ kind: 'fetched', memberId, epoch, rows }),
  })
  parts.reporter = createReporter({
    host,
    member,
    receive: (reports) => parts.loop.dispatch({ kind: 'reports', ...reports }),
  })
  return parts
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
  const { copy, loop, desk, reporter } = parts
  const leaving = createLeaving({
    host,
    member,
    askOwn: (memberId) => {
      loop.dispatch({ kind: 'leave', memberId })
      return mayLeave(loop.state(), memberId)
    },
  })
  serve(parts)
  copy.onRow((partition, row, previous) => {
    reporter.forget(partition)
    for (const event of migrationEvents(partition, row, previous)) {
      for (const listener of parts.migrationListeners) listener(event)
    }
  })
  const stopListening = member.onEvent((event) => onMemberEvent(parts, event))
  reporter.needReplicas(options.copies + 1)
  queueMicrotask(() => {
    const view = member.view()
    if (view !== undefined && !parts.isClosed) onView(parts, view)
  })
  return {
    partitionCount: copy.partitionCount,
    row: (partition) => copy.row(partition),
    adopt: (partition, row) => void copy.adopt(partition, row),
    onRow: (listener) => copy.onRow(listener),
    reportInSync: (partition, version) => reporter.inSync(partition, version),
    onHandover: (listener) => subscribe(parts.handoverListeners, listener),
    reportFrozen: (partition, version) => reporter.frozen(partition, version),
    isSafe: () => isSafe(parts),
    migrationQueueSize: () => {
      const state = loop.state()
      return state.phase === 'following' ? (parts.status?.migrations ?? 0) : migrationsLeft(state)
    },
    leave: () => leaving.leave(),
    needCopies: (copies) => reporter.needReplicas(copies + 1),
    onMigration: (listener) => subscribe(parts.migrationListeners, listener),
    onPartitionLost: (listener) => subscribe(parts.lostListeners, listener),
    close: () => {
      parts.isClosed = true
      stopListening()
      loop.close()
      desk.close()
      reporter.close()
      leaving.close()
    },
  }
}
