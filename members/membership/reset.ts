import { addressKey } from '../../runtime/host/index.ts'
import { change, type Draft } from './state.ts'

/**
 * This member is out of its cluster: it forgets the view, keeps its vote and all addresses, and
 * waits for a new id.
 */
export const reset = (draft: Draft, reason: string): void => {
  const { state } = draft
  const known = new Map(state.known)
  for (const member of state.view?.members ?? [])
    known.set(addressKey(member.address), member.address)
  for (const { address } of state.lost.values()) known.set(addressKey(address), address)
  known.delete(addressKey(state.self.address))
  change(draft, {
    phase: 'joining',
    view: undefined,
    joining: undefined,
    peers: new Map(),
    claim: undefined,
    admitted: [],
    publishAtMs: Infinity,
    safeUntilMs: -Infinity,
    lost: new Map(),
    known,
    offered: undefined,
  })
  draft.effects.push({ kind: 'reset', reason })
}
