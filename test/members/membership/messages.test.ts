import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { decodeMessage, encodeMessage } from '../../../members/membership/index.ts'
import { WireFault } from '../../../members/wire/index.ts'

const record = (id: string) => ({
  id,
  processId: 'p',
  address: { host: 'a', port: 1 },
  role: 'master' as const,
  version: '1',
})
const view = {
  clusterId: 'c',
  epoch: 1,
  version: 2,
  masterId: 'm1',
  members: [record('m1'), record('m2')],
  agreedMasters: ['a:1'],
}

const encoded = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))

describe('a message about membership', () => {
  test('comes out as it went in', () => {
    const message = { kind: 'view', view, ageMs: 12.5 } as const
    expect(decodeMessage(encodeMessage(message))).toEqual(message)
  })
  test('may have fields that this version does not know', () => {
    const bytes = encoded({ kind: 'leave', leaverId: 'm1', reason: 'from the future' })
    expect(decodeMessage(bytes)).toEqual({ kind: 'leave', leaverId: 'm1' })
  })
  test.each([
    ['an unknown kind', { kind: 'attack' }],
    ['a view without its master', { kind: 'view', ageMs: 0, view: { ...view, masterId: 'm3' } }],
    [
      'a member twice',
      { kind: 'view', ageMs: 0, view: { ...view, members: [record('m1'), record('m1')] } },
    ],
    ['a negative epoch', { kind: 'claim', clusterId: 'c', epoch: -1, candidateId: 'm1' }],
  ])('that has %s is a fault of the peer', (_, value) => {
    expect(() => decodeMessage(encoded(value))).toThrow(WireFault)
  })
  test('that is noise is a fault of the peer, never of this member', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(() => decodeMessage(bytes)).toThrow(WireFault)
      }),
    )
  })
})
