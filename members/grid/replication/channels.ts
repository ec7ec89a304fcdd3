import type { Clock } from '../../../runtime/host/index.ts'
import type { Member } from '../../member/index.ts'
import { holdersOf } from '../table/index.ts'
import { type Copier, createCopier } from './copier.ts'
import { createOutgoing, type Outgoing } from './outgoing.ts'
import type { Held, Pending } from './state.ts'

/** The way to one other member. */
export interface Channel {
  readonly outgoing: Outgoing
  readonly copier: Copier
}

/** The channels to the holders of what has so many copies. */
export interface Route {
  readonly version: number
  readonly sync: readonly Channel[]
  readonly async: readonly Channel[]
}

/** The ways to all other members. */
export interface Channels {
  /** 0 while there is nobody to tell anything. */
  readonly size: number
  /** Made when it is needed; a member that the list does not have yet is reached once it is there. */
  to(targetId: string): Channel
  find(targetId: string): Channel | undefined
  all(): IterableIterator<Channel>
  /** To those who hold a fragment by the present row, without this member. */
  routeOf(held: Held): Route
  /** The list of members is another one. */
  changeMembers(): void
  /** Channels to those who are gone are kept only while a change waits for the row without them. */
  sweep(): void
  /** Closes and forgets all. */
  clear(): void
}

export interface ChannelsOptions {
  readonly clock: Clock
  readonly partitionCount: number
  readonly member: Member
  /** A member has taken a change that `pending` waits for. */
  readonly onAcknowledged: (pending: Pending) => void
  /** All that a member lacked of a partition is on its way. */
  readonly onCopied: (targetId: string, partitionId: number) => void
}

/** More backups than a structure can have, of either kind. */
const COUNT_MAX = 7
/** A row names nobody who left before so many others. */
const GONE_MAX = 1000

class MemberChannels implements Channels {
  readonly #options: ChannelsOptions
  readonly #channels = new Map<string, Channel>()
  /** By partition and numbers of backups. */
  readonly #routes: (Route | undefined)[]
  /** Ids of members that have left; in one life of this member they never come back under these. */
  readonly #gone = new Set<string>()
  #memberIds: ReadonlySet<string>

  constructor(options: ChannelsOptions) {
    this.#options = options
    const places = options.partitionCount * COUNT_MAX * COUNT_MAX
    this.#routes = new Array<Route | undefined>(places).fill(undefined)
    this.#memberIds = new Set(options.member.members().map(({ id }) => id))
  }

  get size(): number {
    return this.#channels.size
  }

  to(targetId: string): Channel {
    const known = this.#channels.get(targetId)
    if (known !== undefined) return known
    const { clock, member, onAcknowledged, onCopied } = this.#options
    const target = member.members().find(({ id }) => id === targetId)
    const outgoing = createOutgoing({
      clock,
      messenger: member.messenger,
      selfId: member.self.id,
      targetId,
      address: target?.address,
      onAcknowledged,
      onRoom: () => copier.pump(),
    })
    const copier = createCopier(outgoing, (partitionId) => onCopied(targetId, partitionId))
    const channel = { outgoing, copier }
    this.#channels.set(targetId, channel)
    // A row that still names it: what waits for it waits for the next row.
    if (this.#gone.has(targetId)) outgoing.close()
    return channel
  }

  find(targetId: string): Channel | undefined {
    return this.#channels.get(targetId)
  }

  all(): IterableIterator<Channel> {
    return this.#channels.values()
  }

  routeOf({ partition, fragment }: Held): Route {
    const { backupCount, asyncBackupCount } = fragment
    const at = (partition.id * COUNT_MAX + backupCount) * COUNT_MAX + asyncBackupCount
    const known = this.#routes[at]
    const row = partition.row!
    if (known?.version === row.version) return known
    const sync = holdersOf(row, backupCount)
    const all = holdersOf(row, backupCount + asyncBackupCount)
    const selfId = this.#options.member.self.id
    const channels = (ids: readonly string[]): Channel[] =>
      ids.filter((id) => id !== selfId).map((id) => this.to(id))
    const made: Route = {
      version: row.version,
      sync: channels(sync),
      async: channels(all.filter((id) => !sync.includes(id))),
    }
    this.#routes[at] = made
    return made
  }

  changeMembers(): void {
    const members = this.#options.member.members()
    const before = this.#memberIds
    this.#memberIds = new Set(members.map(({ id }) => id))
    for (const [id, { outgoing }] of this.#channels) {
      const target = members.find((member) => member.id === id)
      if (target !== undefined) outgoing.reachAt(target.address)
      else if (before.has(id)) outgoing.close()
    }
    for (const id of before) if (!this.#memberIds.has(id)) this.#remember(id)
    this.sweep()
  }

  sweep(): void {
    for (const [id, { outgoing }] of this.#channels) {
      if (!this.#memberIds.has(id) && outgoing.isClosed && !outgoing.isAwaited) {
        this.#channels.delete(id)
        this.#routes.fill(undefined)
      }
    }
  }

  clear(): void {
    for (const { outgoing } of this.#channels.values()) outgoing.close()
    this.#channels.clear()
    this.#routes.fill(undefined)
    this.#gone.clear()
  }

  #remember(goneId: string): void {
    this.#gone.add(goneId)
    if (this.#gone.size <= GONE_MAX) return
    const [oldest] = this.#gone
    this.#gone.delete(oldest!)
  }
}

export const createChannels = (options: ChannelsOptions): Channels => new MemberChannels(options)
