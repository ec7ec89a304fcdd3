import { EngineError } from '../../../runtime/errors/index.ts'
import type { Member } from '../../member/index.ts'
import type { MemberIdentity, MessageKind } from '../../wire/index.ts'
import { ByteSink } from '../bytes/index.ts'
import type { PartitionTable } from '../table/partitionTable.ts'
import type { PartitionRow } from '../table/row.ts'
import { type ClusterMember, type News, NEWS_KIND, WELCOME_KIND, writeNews } from './news.ts'

export interface DeskOptions {
  readonly member: Member
  readonly table: Pick<PartitionTable, 'partitionCount' | 'row' | 'onRow'>
  /** What clients may say beside asking here: operations, subscriptions. */
  readonly clientKinds: readonly MessageKind[]
}

/** Where clients ask a member for the cluster, and are told of its changes as long as they stay. */
export interface ClientDesk {
  close(): void
}

const NOTHING = new Uint8Array(0)

const listOf = (member: Member): ClusterMember[] =>
  member.members().map(({ id, address, role }) => ({ id, address, isLite: role === 'worker' }))

const allRows = (table: DeskOptions['table']): Map<number, PartitionRow> => {
  const all = new Map<number, PartitionRow>()
  for (let partition = 0; partition < table.partitionCount; partition += 1) {
    const row = table.row(partition)
    if (row !== undefined) all.set(partition, row)
  }
  return all
}

/** Clients that asked are told of each change, with all other changes of the same turn. */
export const openClientDesk = ({ member, table, clientKinds }: DeskOptions): ClientDesk => {
  const { messenger } = member
  const sink = new ByteSink()
  const listening = new Map<string, MemberIdentity>()
  let rows = new Map<number, PartitionRow>()
  let hasNewMembers = false
  let isPlanned = false

  const encode = (news: Pick<News, 'isAll' | 'members' | 'rows'>): Uint8Array | undefined => {
    const view = member.view()
    if (view === undefined) return undefined
    const { clusterId, epoch, version } = view
    sink.reset()
    writeNews(sink, { clusterId, epoch, version, partitionCount: table.partitionCount, ...news })
    return sink.view()
  }
  const tell = (): void => {
    isPlanned = false
    const body = encode({ isAll: false, members: hasNewMembers ? listOf(member) : undefined, rows })
    rows = new Map()
    hasNewMembers = false
    if (body === undefined) return
    for (const { address } of listening.values()) messenger.send(address, NEWS_KIND, body)
  }
  const plan = (): void => {
    if (isPlanned || listening.size === 0) return
    isPlanned = true
    queueMicrotask(tell)
  }

  messenger.onRequest(WELCOME_KIND, ({ from, body: asked }) => {
    if (asked.length > 0) return NOTHING
    const body = encode({ isAll: true, members: listOf(member), rows: allRows(table) })
    if (body === undefined) {
      throw new EngineError('GRD-051', 'This member is not in the cluster right now', {
        retry: 'backoff',
      })
    }
    messenger.send(from.address, NEWS_KIND, body)
    listening.set(from.id, from)
    return NOTHING
  })
  messenger.openToClients([WELCOME_KIND, ...clientKinds])
  const releases = [
    messenger.onClients({
      onCome: () => {},
      onGone: ({ id }) => listening.delete(id),
    }),
    member.onChange(() => {
      hasNewMembers = true
      plan()
    }),
    table.onRow((partition, row) => {
      if (listening.size === 0) return
      rows.set(partition, row)
      plan()
    }),
  ]
  return {
    close: () => {
      for (const release of releases) release()
      listening.clear()
    },
  }
}
