import { expect, test } from 'bun:test'
import {
  createMembership,
  type MemberRecord,
  type MembershipEvent,
  type MembershipState,
  step,
} from '../../../members/membership/index.ts'
import { SCRIPT_SETTINGS } from './script.ts'

const memberAt = (host: string): MemberRecord => ({
  id: `member at ${host}`,
  processId: `process at ${host}`,
  address: { host, port: 1 },
  role: 'master',
  version: '1',
})

const { clusterName, partitionCount, protocol } = SCRIPT_SETTINGS
const compatibility = { clusterName, partitionCount, protocol }
const JOINED_AT_MS = 1000

/** A master that has taken a member in. */
const withMember = (joiner: MemberRecord): MembershipState => {
  const self = memberAt('a')
  const from = joiner.address
  const events: MembershipEvent[] = [
    { kind: 'start', nowMs: 0, self },
    {
      kind: 'received',
      nowMs: JOINED_AT_MS,
      from,
      message: { kind: 'join', joiner, compatibility, epochSeen: 0 },
    },
    { kind: 'time', nowMs: JOINED_AT_MS + 20 },
  ]
  return events.reduce(
    (state, event) => step(state, event).state,
    createMembership(SCRIPT_SETTINGS, self, 0),
  )
}

test.each([
  ['before a member came tells nothing about it', JOINED_AT_MS - 100, 2],
  ['while it was there is its end', JOINED_AT_MS + 100, 1],
])('a refused connection that was asked for %s', (_, askedAtMs, members) => {
  const joiner = memberAt('b')
  const { address } = joiner
  const asked = { kind: 'probed', address, askedAtMs, found: { kind: 'refused' } } as const
  const { state } = step(withMember(joiner), { ...asked, nowMs: JOINED_AT_MS + 200 })
  expect(state.view!.members).toHaveLength(members)
})
