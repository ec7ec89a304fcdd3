import { EngineError } from '../../../runtime/errors/index.ts'
import type { Member } from '../../member/index.ts'
import type { MemberIdentity, MessageKind } from '../../wire/index.ts'
import { ByteSink } from '../bytes/index.ts'
import type { PartitionRow, PartitionTable } from '../table/index.ts'
import {
  type ClusterMember,
  type News,
  NEWS_KIND,
  QUESTIONS,
  WELCOME_KIND,
  writeNews,
} from './news.ts'
import { encodeStatistics, type StructureStatistics } from './statistics.ts'

export interface DeskOptions {
  readonly member: Member
  readonly table: Pick<
    PartitionTable,
    'partitionCount' | 'row' | 'onRow' | 'onPartitionLost' | 'isSafe'
  >
  readonly statistics: () => readonly StructureStatistics[]
  /** What clients may say beside asking here: operations, subscriptions. */
  readonly clientKinds: readonly MessageKind[]
}

/** Where clients ask a member for the cluster, and are told of its changes as long as they stay. */
export interface ClientDesk {
  /** Clients that are told. */
  clientCount(): number
  close(): void
}

type Changes = Pick<News, 'isAll' | 'members' | 'rows' | 'lost'>

const NOTHING = new Uint8Array(0)
const YES = new Uint8Array([1])
const NO = new Uint8Array([0])

/** The members of the cluster as clients and programs know them. */
export const clusterMembers = (member: Member): ClusterMember[] =>
  member.members().map(({ id, address, role }) => ({ id, address, isLite: role === 'worker' }))

const allThereIs = ({ member, table }: DeskOptions): Changes => ({
  isAll: true,
  members: clusterMembers(member),
  rows: Array.from({ length: table.partitionCount }, (_, partition) => table.row(partition)),
  lost: [],
})

/** Undefined while the member is in no cluster. */
const encode = ({ member, table }: DeskOptions, changes: Changes): Uint8Array | undefined => {
  const view = member.view()
  if (view === undefined) return undefined
  const { clusterId, epoch, version } = view
  const sink = new ByteSink(1024)
  writeNews(sink, { clusterId, epoch, version, partitionCount: table.partitionCount, ...changes })
  return sink.view()
}

/** Gathers the changes of a turn; `tell` gets them all at once at its end. */
const gatherChanges = (member: Member, tell: (changes: Changes) => void) => {
  let rows: PartitionRow[] = []
  let lost: number[] = []
  let hasNewMembers = false
  let isPlanned = false
  const flush = (): void => {
    const members = hasNewMembers ? clusterMembers(member) : undefined
    const changes = { isAll: false, members, rows, lost }
    rows = []
    lost = []
    hasNewMembers = false
    isPlanned = false
    tell(changes)
  }
  const plan = (): void => {
    if (isPlanned) return
    isPlanned = true
    queueMicrotask(flush)
  }
  return {
    onMembers: (): void => {
      hasNewMembers = true
      plan()
    },
    onRow: (partition: number, row: PartitionRow): void => {
      rows[partition] = row
      plan()
    },
    onLost: (partition: number): void => {
      lost.push(partition)
      plan()
    },
  }
}

/** Clients that asked are told of each change, with all other changes of the same turn. */
export const openClientDesk = (options: DeskOptions): ClientDesk => {
  const { member, table, clientKinds } = options
  const { messenger } = member
  const listening = new Map<string, MemberIdentity>()

  const changes = gatherChanges(member, (gathered) => {
    const body = listening.size === 0 ? undefined : encode(options, gathered)
    if (body === undefined) return
    for (const { address } of listening.values()) messenger.send(address, NEWS_KIND, body)
  })
  const sendAway = (): void => {
    for (const { address } of listening.values()) {
      messenger.disconnect(address, 'This member joins the cluster anew')
    }
  }
  const welcome = (client: MemberIdentity): void => {
    const body = encode(options, allThereIs(options))
    if (body === undefined) {
      const text = 'This member is not in the cluster right now'
      throw new EngineError('GRD-051', text, { retry: 'backoff' })
    }
    messenger.send(client.address, NEWS_KIND, body)
    listening.set(client.id, client)
  }
  messenger.onRequest(WELCOME_KIND, ({ from, body }) => {
    if (body.length === 0) welcome(from)
    switch (body[0]) {
      case QUESTIONS.isSafe:
        return table.isSafe() ? YES : NO
      case QUESTIONS.statistics:
        return encodeStatistics(options.statistics())
      default:
        return NOTHING
    }
  })
  messenger.openToClients([WELCOME_KIND, ...clientKinds])
  const releases = [
    messenger.onClients({
      onCome: () => {},
      onGone: ({ id }) => listening.delete(id),
    }),
    member.onEvent((event) => {
      if (event.kind === 'changed') changes.onMembers()
      // What this member knows is void, and so is what its clients were told: others know better.
      if (event.kind === 'reset') sendAway()
    }),
    table.onRow((partition, row) => changes.onRow(partition, row)),
    table.onPartitionLost(({ partition }) => changes.onLost(partition)),
  ]
  return {
    clientCount: () => listening.size,
    close: () => {
      for (const release of releases) release()
      listening.clear()
    },
  }
}
