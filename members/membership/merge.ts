import { addressKey } from '../../runtime/host/index.ts'
import type { ClusterSummary, MessageOf } from './messages.ts'
import { isSafe } from './quorum.ts'
import { reset } from './reset.ts'
import { SEARCH_LOST_MS } from './settings.ts'
import { change, type Draft, send } from './state.ts'
import { isMaster } from './suspicion.ts'
import { summaryOf } from './summary.ts'
import { findByAddress, findMember, type MemberRecord, type ViewStamp } from './view.ts'
import { publish } from './views.ts'

/** Members that start together may found two clusters: a young one searches as often. */
const YOUNG_MS = 60_000
/** Addresses of lost members are forgotten after so long. */
const LOST_KEPT_MS = 14_400_000
/** An offer that was not taken up by then may be made again. */
const OFFER_MS = 5000
/** Ages this close are the same: they were told over a network. */
const SAME_AGE_MS = 10_000

/**
 * Whether `own` gives way to `other`: the side that may acknowledge stays; of two parts of a cluster
 * that may not, the one that could last; then the one with more masters, with more members, the
 * older one. Both sides come to the same answer, and the one that
 * would give way asks before it does.
 */
export const givesWay = (own: ClusterSummary, other: ClusterSummary): boolean => {
  if (own.isSafe !== other.isSafe) return other.isSafe
  const isPart = !own.isSafe && own.clusterId === other.clusterId
  if (isPart && own.epoch !== other.epoch) return own.epoch < other.epoch
  if (own.masters !== other.masters) return own.masters < other.masters
  if (own.size !== other.size) return own.size < other.size
  if (Math.abs(own.ageMs - other.ageMs) > SAME_AGE_MS) return own.ageMs < other.ageMs
  return own.masterId > other.masterId
}

const isOther = (own: ClusterSummary, other: ClusterSummary): boolean =>
  other.masterId !== own.masterId

/** The master asks where other parts of the cluster, or other clusters, may be. */
export const search = (draft: Draft): void => {
  const { nowMs } = draft
  if (!isMaster(draft.state) || draft.state.claim !== undefined) return
  const { settings, view, self } = draft.state
  const isLostDue = nowMs >= draft.state.searchLostAtMs
  const isYoung = nowMs - draft.state.foundedAtMs < YOUNG_MS
  const isSearchDue = nowMs >= draft.state.searchAtMs || (isYoung && isLostDue)
  if (!isLostDue && !isSearchDue) return
  const lost = new Map([...draft.state.lost].filter(([, { atMs }]) => nowMs - atMs < LOST_KEPT_MS))
  const addresses = [
    ...(isLostDue ? [...lost.values()].map(({ address }) => address) : []),
    ...(isSearchDue ? draft.state.known.values() : []),
  ]
  change(draft, { lost })
  if (isLostDue) change(draft, { searchLostAtMs: nowMs + SEARCH_LOST_MS })
  if (nowMs >= draft.state.searchAtMs) {
    change(draft, { searchAtMs: nowMs + settings.mergeNextRunDelayMs })
  }
  const cluster = summaryOf(draft.state, nowMs)!
  const asked = new Map(addresses.map((address) => [addressKey(address), address]))
  for (const address of asked.values()) {
    if (findByAddress(view!, address) !== undefined) continue
    send(draft, address, { kind: 'hello', asked: address, sender: self, sentAtMs: nowMs, cluster })
  }
}

/** Members that count themselves to another cluster are not ours. */
const letGo = (draft: Draft, sender: MemberRecord, other: ClusterSummary): void => {
  const { state } = draft
  const view = state.view!
  const isListed = isMaster(state) && findMember(view, sender.id) !== undefined
  const isAhead = other.clusterId === view.clusterId && other.epoch > view.epoch
  if (!isListed || !isAhead || !isSafe(state, draft.nowMs)) return
  publish(
    draft,
    view.members.filter((member) => member.id !== sender.id),
  )
}

/** A member of another cluster has told what it belongs to. */
export const onOtherCluster = (draft: Draft, sender: MemberRecord, other: ClusterSummary): void => {
  const { state, nowMs } = draft
  if (!isMaster(state)) return
  const own = summaryOf(state, nowMs)
  if (own === undefined || !isOther(own, other)) return
  if (addressKey(other.masterAddress) === addressKey(state.self.address)) return
  letGo(draft, sender, other)
  if (!givesWay(own, other)) return
  if (state.offered !== undefined && nowMs < state.offered.untilMs) return
  change(draft, { offered: { clusterId: other.clusterId, untilMs: nowMs + OFFER_MS } })
  send(draft, other.masterAddress, { kind: 'mergeOffer', cluster: own })
}

/** A cluster wants to be merged into ours. */
export const onMergeOffer = (draft: Draft, { cluster }: MessageOf<'mergeOffer'>): void => {
  const { state, nowMs } = draft
  if (!isMaster(state) || state.claim !== undefined) return
  const own = summaryOf(state, nowMs)!
  const isGivingWay = state.offered !== undefined && nowMs < state.offered.untilMs
  if (!isOther(own, cluster) || isGivingWay || !givesWay(cluster, own)) return
  const { clusterId, epoch, version, masterId } = cluster
  const offered = { clusterId, epoch, version, masterId }
  send(draft, cluster.masterAddress, { kind: 'mergeAccept', offered, into: own })
}

const giveWay = (draft: Draft, into: ClusterSummary): void => {
  const { view } = draft.state
  draft.effects.push({ kind: 'merging', into })
  const known = new Map(draft.state.known)
  known.set(addressKey(into.masterAddress), into.masterAddress)
  change(draft, { known, mergedFrom: view!.clusterId })
  reset(draft, `The cluster merges into that of ${addressKey(into.masterAddress)}`)
}

/** The other cluster takes us: all members of this one go there. */
export const onMergeAccept = (draft: Draft, { offered, into }: MessageOf<'mergeAccept'>): void => {
  const { state, nowMs } = draft
  const isOpen = state.offered?.clusterId === into.clusterId && nowMs < state.offered.untilMs
  if (!isMaster(state) || !isOpen || offered.masterId !== state.self.id) return
  for (const member of state.view!.members) {
    if (member.id === state.self.id) continue
    send(draft, member.address, { kind: 'mergeInto', senderId: state.self.id, into })
  }
  giveWay(draft, into)
}

export const onMergeInto = (draft: Draft, { senderId, into }: MessageOf<'mergeInto'>): void => {
  if (draft.state.view?.masterId === senderId) giveWay(draft, into)
}

/**
 * A member says that its list goes on without us, its master. With a quorum that is so in a higher
 * epoch only, and the majority is there.
 */
const onDeposed = (draft: Draft, sender: MemberRecord, stamp: ViewStamp): void => {
  const { settings } = draft.state
  const view = draft.state.view!
  if (!settings.quorum) {
    publish(
      draft,
      view.members.filter((member) => member.id !== sender.id),
    )
  } else if (stamp.clusterId === view.clusterId && stamp.epoch > view.epoch) {
    reset(draft, 'The cluster goes on under another master')
  }
}

/** A member of our view says that we are not in its own. */
export const onStranger = (draft: Draft, message: MessageOf<'stranger'>): void => {
  const { state, nowMs } = draft
  const { view, self, settings } = state
  if (view === undefined || message.you !== self.id) return
  const sender = findMember(view, message.senderId)
  if (sender === undefined) return
  if (sender.id === view.masterId) {
    reset(draft, 'The master has taken this member out of its list')
    return
  }
  const { stamp } = message
  if (isMaster(state)) {
    onDeposed(draft, sender, stamp)
    return
  }
  const isNewer = stamp.clusterId === view.clusterId && stamp.epoch >= view.epoch
  const master = state.peers.get(view.masterId)
  const hearsMaster =
    master !== undefined && nowMs - master.heardAtMs < settings.heartbeatIntervalMs * 2
  if (isNewer && !hearsMaster) reset(draft, 'The cluster goes on without this member')
}
