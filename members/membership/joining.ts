import { addressKey, type Address } from '../../runtime/host/index.ts'
import type { ClusterSummary, MessageOf } from './messages.ts'
import { change, type Contact, type Draft, type Joining, send } from './state.ts'
import { summaryOf } from './summary.ts'
import { canBeMaster, type View } from './view.ts'
import { adoptView } from './views.ts'

/** While a cluster forms, members ask often; later a missing master is asked for calmly. */
const RETRY_MS = 100
const RETRY_CALM_MS = 500
const EAGER_ATTEMPTS = 20
/** An answer to an older question no longer lets us found a cluster; who gave it waits as long. */
const YIELD_MS = 1000
/** A master that has not let us in by then is asked for anew. */
const TARGET_MS = 3000
/** Anybody may shout addresses on a multicast group: more than these are not remembered. */
const KNOWN_MAX = 4096
/** Who was refused comes again after so long: the cluster may have been configured anew. */
const REFUSED_MS = 5000

const newContact = (address: Address, nowMs: number): Contact => ({
  address,
  outcome: 'unknown',
  canBeMaster: true,
  yieldedAtMs: -Infinity,
  silentSinceMs: nowMs,
})

const changeJoining = (draft: Draft, changes: Partial<Joining>): void => {
  const { joining } = draft.state
  if (joining !== undefined) change(draft, { joining: { ...joining, ...changes } })
}

const changeContact = (draft: Draft, address: Address, changes: Partial<Contact>): void => {
  const { joining, self, settings } = draft.state
  const key = addressKey(address)
  if (joining === undefined || key === addressKey(self.address)) return
  if (settings.requiredMember !== undefined && !joining.contacts.has(key)) return
  const contact = joining.contacts.get(key) ?? newContact(address, draft.nowMs)
  const contacts = new Map(joining.contacts).set(key, { ...contact, ...changes })
  changeJoining(draft, { contacts })
}

const isContact = (draft: Draft, key: string): boolean => {
  const { requiredMember } = draft.state.settings
  return requiredMember === undefined || key === requiredMember
}

/** Begins to look for a cluster. */
export const startJoining = (draft: Draft): void => {
  const { nowMs } = draft
  const joining: Joining = {
    sinceMs: nowMs,
    retryAtMs: nowMs,
    attempts: 0,
    contacts: new Map(),
    target: undefined,
    yieldsUntilMs: -Infinity,
  }
  change(draft, { phase: 'joining', joining })
  onDiscovered(draft, [...draft.state.known.values()])
}

export const onDiscovered = (draft: Draft, addresses: readonly Address[]): void => {
  const { self } = draft.state
  const known = new Map(draft.state.known)
  for (const address of addresses) {
    const key = addressKey(address)
    const isFull = known.size >= KNOWN_MAX && !known.has(key)
    if (isFull || key === addressKey(self.address)) continue
    known.set(key, address)
    const { joining } = draft.state
    if (joining === undefined || joining.contacts.has(key) || !isContact(draft, key)) continue
    const contacts = new Map(joining.contacts).set(key, newContact(address, draft.nowMs))
    changeJoining(draft, { contacts, retryAtMs: draft.nowMs })
  }
  change(draft, { known })
}

const ask = (draft: Draft, joining: Joining): void => {
  const { self, settings, epochSeen, promisedTo } = draft.state
  if (joining.target !== undefined) {
    const { clusterName, partitionCount, protocol } = settings
    const compatibility = { clusterName, partitionCount, protocol }
    send(draft, joining.target.address, {
      kind: 'join',
      joiner: self,
      compatibility,
      epochSeen,
      ...(promisedTo === undefined ? {} : { epochOwner: promisedTo }),
    })
    return
  }
  for (const { address } of joining.contacts.values()) askContact(draft, address)
}

const askContact = (draft: Draft, address: Address): void => {
  const { self } = draft.state
  send(draft, address, { kind: 'hello', asked: address, sender: self, sentAtMs: draft.nowMs })
}

/** Nobody may be a master already, and every other joiner that could found lets us do it. */
const mayFound = (draft: Draft, joining: Joining): boolean => {
  const { self, settings } = draft.state
  const { nowMs } = draft
  if (!canBeMaster(self) || joining.target !== undefined) return false
  if (nowMs < joining.yieldsUntilMs || nowMs < joining.sinceMs + settings.foundAfterMs) return false
  const { requiredMember } = settings
  if (requiredMember !== undefined && requiredMember !== addressKey(self.address)) return false
  return [...joining.contacts.values()].every((contact) => {
    if (contact.outcome === 'unknown') {
      return nowMs - contact.silentSinceMs > settings.connectTimeoutMs
    }
    if (contact.outcome !== 'joiner' || !contact.canBeMaster) return true
    return nowMs - contact.yieldedAtMs < YIELD_MS
  })
}

const found = (draft: Draft, joining: Joining): void => {
  const { self, epochSeen } = draft.state
  const view: View = {
    clusterId: self.id,
    epoch: epochSeen + 1,
    version: 1,
    masterId: self.id,
    members: [self],
    agreedMasters: canBeMaster(self) ? [addressKey(self.address)] : [],
  }
  change(draft, { foundedAtMs: draft.nowMs })
  adoptView(draft, view)
  for (const { address, outcome } of joining.contacts.values()) {
    if (outcome === 'joiner')
      answer(draft, address, { asked: self.address, sentAtMs: draft.nowMs }, false)
  }
}

/** Founds a cluster as soon as that is sure to be right. */
export const foundIfAlone = (draft: Draft): void => {
  const { joining } = draft.state
  if (joining !== undefined && mayFound(draft, joining)) found(draft, joining)
}

export const continueJoining = (draft: Draft): void => {
  const { nowMs } = draft
  foundIfAlone(draft)
  const { joining } = draft.state
  if (joining === undefined || nowMs < joining.retryAtMs) return
  if (joining.target !== undefined && nowMs - joining.target.sinceMs > TARGET_MS) {
    changeJoining(draft, { target: undefined })
  }
  const attempts = joining.attempts + 1
  const retryMs = attempts < EAGER_ATTEMPTS ? RETRY_MS : RETRY_CALM_MS
  changeJoining(draft, { attempts, retryAtMs: nowMs + retryMs })
  ask(draft, draft.state.joining!)
}

type Asked = Pick<MessageOf<'hello'>, 'asked' | 'sentAtMs'>

const answer = (draft: Draft, to: Address, { asked, sentAtMs }: Asked, yields: boolean): void => {
  const cluster = summaryOf(draft.state, draft.nowMs)
  send(draft, to, {
    kind: 'here',
    sender: draft.state.self,
    asked,
    askedAtMs: sentAtMs,
    yields,
    ...(cluster === undefined ? {} : { cluster }),
  })
}

/** Of two joiners the one with the smaller address founds. */
const goesFirst = (left: Address, right: Address): boolean => addressKey(left) < addressKey(right)

export const onHello = (draft: Draft, message: MessageOf<'hello'>): void => {
  const { self, joining } = draft.state
  const { sender } = message
  if (joining === undefined) {
    answer(draft, sender.address, message, false)
    return
  }
  const yields =
    message.cluster === undefined &&
    canBeMaster(sender) &&
    (!canBeMaster(self) || goesFirst(sender.address, self.address))
  const knownAs = joining.contacts.get(addressKey(sender.address))?.outcome
  changeContact(draft, sender.address, {
    outcome: 'joiner',
    canBeMaster: canBeMaster(sender),
    ...(yields ? { yieldedAtMs: -Infinity } : {}),
  })
  if (yields) changeJoining(draft, { yieldsUntilMs: draft.nowMs + YIELD_MS })
  answer(draft, sender.address, message, yields)
  // A joiner that has come up meanwhile is asked at once; so is a cluster that has found us.
  if (knownAs !== 'joiner') askContact(draft, sender.address)
}

const chooseTarget = (draft: Draft, cluster: ClusterSummary): void => {
  const { joining, settings } = draft.state
  const address = cluster.masterAddress
  if (joining === undefined || joining.target !== undefined) return
  // An earlier life of ours: the others will find out that it is over, and elect.
  if (addressKey(address) === addressKey(draft.state.self.address)) return
  if (settings.requiredMember !== undefined && joining.contacts.size === 0) return
  changeJoining(draft, {
    target: { address, sinceMs: draft.nowMs },
    retryAtMs: draft.nowMs,
  })
}

/** An answer to our question while we look for a cluster. */
export const onHereWhileJoining = (draft: Draft, message: MessageOf<'here'>): void => {
  const { sender, asked, askedAtMs, yields, cluster } = message
  if (cluster !== undefined) {
    // As long as it says so there is a cluster, even if its master cannot let us in.
    changeContact(draft, sender.address, { outcome: 'unknown', silentSinceMs: draft.nowMs })
    chooseTarget(draft, cluster)
    return
  }
  changeContact(draft, sender.address, {
    outcome: 'joiner',
    canBeMaster: canBeMaster(sender),
    ...(yields ? { yieldedAtMs: askedAtMs } : {}),
  })
  // Another name of the same member.
  if (addressKey(asked) !== addressKey(sender.address)) {
    changeContact(draft, asked, { outcome: 'absent' })
  }
  foundIfAlone(draft)
}

/** The master does not take this member as it is; its operator has to act. */
export const onRefused = (draft: Draft, reason: string): void => {
  if (draft.state.joining === undefined) return
  changeJoining(draft, { target: undefined, retryAtMs: draft.nowMs + REFUSED_MS })
  draft.effects.push({ kind: 'refused', reason })
}

/** Nobody of ours is at an address. */
export const onAbsent = (draft: Draft, address: Address, isStranger: boolean): void => {
  const { joining } = draft.state
  if (joining === undefined) return
  if (joining.target !== undefined && addressKey(joining.target.address) === addressKey(address)) {
    changeJoining(draft, { target: undefined })
  }
  changeContact(draft, address, { outcome: isStranger ? 'refused' : 'absent' })
  foundIfAlone(draft)
}
