import { describe, expect, test } from 'bun:test'
import { type Piece, pieceOf } from '../../../members/wire/index.ts'
import { simulate } from '../../sim/host/index.ts'
import { type Member, startMembers } from './members.ts'

const KIND = 20
const DONE = new Uint8Array([0])

const bytesOf = ({ memory, start, end }: Piece): Uint8Array => memory.slice(start, end)

const addressOf = ({ messenger }: Member) => messenger.identity.address

describe('a call', () => {
  test('is answered at once or later, over the connection on which it came', () =>
    simulate(1, async (world) => {
      const { a, b } = await startMembers(world, ['a', 'b'])
      const later: (() => void)[] = []
      b.messenger.onCall(KIND, (peer, id, body) => {
        const answer = pieceOf(bytesOf(body).toReversed())
        if (answer.end > 2) later.push(() => peer.answer(id, DONE, answer))
        else peer.answer(id, DONE, answer)
      })
      const answers: string[] = []
      a.messenger.onAnswer((_, id, body) => answers.push(`${id}: ${bytesOf(body).join(' ')}`))
      expect(a.messenger.callPeer(addressOf(b))).toBeUndefined()
      const peer = await a.messenger.reachCallPeer(addressOf(b), 1000)
      expect(peer.identity.id).toBe(b.messenger.identity.id)
      peer.call(KIND, 1, new Uint8Array([1, 2, 3]))
      peer.call(KIND, 2, new Uint8Array([4, 5]))
      await world.until('one answer', () => answers.length === 1, 100)
      for (const give of later) give()
      await world.until('both answers', () => answers.length === 2, 100)
      expect(answers).toEqual(['2: 0 5 4', '1: 0 3 2 1'])
    }))

  test('goes both ways over one connection, with ids of each side', () =>
    simulate(2, async (world) => {
      const { a, b } = await startMembers(world, ['a', 'b'])
      const seen: string[] = []
      for (const [name, { messenger }] of [['a', a] as const, ['b', b] as const]) {
        messenger.onCall(KIND, (peer, id, body) => peer.answer(id, DONE, body))
        messenger.onAnswer((_, id, body) => seen.push(`${name} ${id} ${bytesOf(body).join(' ')}`))
      }
      const toB = await a.messenger.reachCallPeer(addressOf(b), 1000)
      toB.call(KIND, 7, new Uint8Array([1]))
      await world.until('answered', () => seen.length === 1, 100)
      b.messenger.callPeer(addressOf(a))!.call(KIND, 7, new Uint8Array([2]))
      await world.until('both answered', () => seen.length === 2, 100)
      expect(seen).toEqual(['a 7 0 1', 'b 7 0 2'])
    }))

  test('of an unknown kind, or too short for one, cuts the caller off', () =>
    simulate(3, async (world) => {
      const { a, b } = await startMembers(world, ['a', 'b'])
      const peer = await a.messenger.reachCallPeer(addressOf(b), 1000)
      const lost: string[] = []
      a.messenger.onCallPeerLost(({ identity }) => lost.push(identity.id))
      peer.call(99, 1, new Uint8Array())
      await world.until('cut off', () => lost.length === 1, 1000)
      expect(lost).toEqual([b.messenger.identity.id])
      expect(peer.isOpen).toBe(false)
      expect(b.disconnected[0]!.reason!.message).toContain('unknown kind')
    }))

  test('long or short, all of one turn arrive in order and whole', () =>
    simulate(4, async (world) => {
      const { a, b } = await startMembers(world, ['a', 'b'])
      const sizes: number[] = []
      b.messenger.onCall(KIND, (_, id, body) => {
        const bytes = bytesOf(body)
        expect(bytes.every((byte) => byte === id)).toBe(true)
        sizes.push(bytes.length)
      })
      const peer = await a.messenger.reachCallPeer(addressOf(b), 1000)
      const sent = [0, 1, 70_000, 5, 65_536, 65_535, 3, 500_000, 0]
      for (const [id, size] of sent.entries()) peer.call(KIND, id, new Uint8Array(size).fill(id))
      await world.until('all there', () => sizes.length === sent.length, 1000)
      expect(sizes).toEqual(sent)
    }))
})
