import { describe, expect, test } from 'bun:test'
import {
  createFrameDecoder,
  encodeFrame,
  type Frame,
  FRAME_KINDS,
} from '../../../members/wire/frames.ts'
import {
  createHandshake,
  type Handshake,
  type HandshakeStep,
  type WireSettings,
} from '../../../members/wire/handshake.ts'

const SETTINGS: WireSettings = {
  clusterName: 'north',
  partitionCount: 271,
  secret: 'open sesame',
  versions: { oldest: 1, newest: 3 },
}

const identity = (id: string) => ({ id, address: { host: id, port: 5801 } })
const nonce = (fill: number): Uint8Array => new Uint8Array(32).fill(fill)

const dialer = (change: Partial<WireSettings> = {}): Handshake =>
  createHandshake('dialer', { ...SETTINGS, ...change }, identity('d'), nonce(1))
const acceptor = (change: Partial<WireSettings> = {}): Handshake =>
  createHandshake('acceptor', { ...SETTINGS, ...change }, identity('a'), nonce(2))

const framesOf = (step: HandshakeStep): Frame[] => {
  const frames: Frame[] = []
  const noCall = (): never => {
    throw new Error('a call in a handshake')
  }
  const decoder = createFrameDecoder(4096, (frame) => frames.push(frame), noCall)
  for (const bytes of step.send) decoder.push(bytes)
  return frames
}

/** Lets the two talk until neither has anything to say; returns how it ended for each. */
const talk = (left: Handshake, right: Handshake) => {
  const steps: { left?: HandshakeStep; right?: HandshakeStep } = {}
  const pending: [Handshake, Frame][] = framesOf(left.start()).map((frame) => [right, frame])
  for (let entry = pending.shift(); entry !== undefined; entry = pending.shift()) {
    const [receiver, frame] = entry
    const step = receiver.receive(frame)
    if (receiver === left) steps.left = step
    else steps.right = step
    const other = receiver === left ? right : left
    for (const sent of framesOf(step)) pending.push([other, sent])
  }
  return steps
}

const refusals = ({ left, right }: ReturnType<typeof talk>): (string | undefined)[] => [
  left?.refused?.code,
  right?.refused?.code,
]

describe('a handshake', () => {
  test('of two mates tells each who the other is', () => {
    const { left, right } = talk(dialer(), acceptor())
    expect(left?.agreed).toEqual({ peer: identity('a'), version: 3 })
    expect(right?.agreed).toEqual({ peer: identity('d'), version: 3 })
  })

  test('of mixed versions takes the newest that both speak', () => {
    const old = talk(dialer({ versions: { oldest: 1, newest: 2 } }), acceptor())
    expect([old.left?.agreed?.version, old.right?.agreed?.version]).toEqual([2, 2])
    const apart = talk(dialer({ versions: { oldest: 4, newest: 5 } }), acceptor())
    expect(refusals(apart)).toEqual(['NET-007', 'NET-007'])
    expect(apart.right?.refused?.message).toContain('speaks protocol 4 to 5, this member 1 to 3')
  })

  test('refuses another cluster and another partition count, and says why to both', () => {
    const name = talk(dialer({ clusterName: 'south' }), acceptor())
    expect(refusals(name)).toEqual(['NET-001', 'NET-001'])
    expect(name.left?.refused?.message).toContain('is in cluster "south", this member in "north"')
    expect(refusals(talk(dialer({ partitionCount: 7 }), acceptor()))).toEqual([
      'NET-007',
      'NET-007',
    ])
  })

  test('refuses a wrong or missing secret before it proves anything itself', () => {
    for (const secret of ['open barley', '']) {
      const steps = talk(dialer({ secret }), acceptor())
      expect(refusals(steps)).toEqual(['NET-002', 'NET-002'])
      const kinds = framesOf(steps.right!).map((frame) => frame.kind)
      expect(kinds).toEqual([FRAME_KINDS.reject])
    }
    expect(refusals(talk(dialer(), acceptor({ secret: '' })))).toEqual(['NET-002', 'NET-002'])
    expect(refusals(talk(dialer({ secret: '' }), acceptor({ secret: '' })))).toEqual([
      undefined,
      undefined,
    ])
  })

  test('refuses an acceptor that cannot prove the secret', () => {
    const left = dialer()
    const right = acceptor({ secret: 'guess' })
    const [hello] = framesOf(left.start())
    const [answer] = framesOf(right.receive(hello!))
    left.receive(answer!)
    const step = left.receive(decodeOne(encodeFrame(FRAME_KINDS.proof, 0, new Uint8Array(32))))
    expect(step.refused?.code).toBe('NET-002')
  })

  test('refuses a proof sent back to its maker, and one of an earlier conversation', () => {
    const mirror = dialer()
    const [hello] = framesOf(mirror.start())
    const mirrored = mirror.receive(hello!)
    expect(mirrored.refused?.message).toContain('is this member itself')
    const [replayedHello, replayedProof] = recordDialer()
    const later = createHandshake('acceptor', SETTINGS, identity('a'), nonce(9))
    later.receive(replayedHello)
    expect(later.receive(replayedProof).refused?.code).toBe('NET-002')
  })

  test('notices when someone in between changes what was said', () => {
    const left = dialer()
    const right = acceptor()
    const [hello] = framesOf(left.start())
    const [answer] = framesOf(right.receive(hello!))
    // The newest version of the acceptor: 3 becomes 2.
    const weaker = { ...answer!, body: answer!.body.slice() }
    weaker.body[7] = 2
    const [proof] = framesOf(left.receive(weaker))
    expect(right.receive(proof!).refused?.code).toBe('NET-002')
  })

  test('has no place for other frames, nor for anything twice', () => {
    const request = decodeOne(encodeFrame(FRAME_KINDS.request, 0))
    expect(() => acceptor().receive(request)).toThrow('no place')
    const proof = decodeOne(encodeFrame(FRAME_KINDS.proof, 0, new Uint8Array(32)))
    expect(() => acceptor().receive(proof)).toThrow('no place')
    const twice = acceptor()
    const [hello] = framesOf(dialer().start())
    twice.receive(hello!)
    expect(() => twice.receive(hello!)).toThrow('no place')
    const other = decodeOne(encodeFrame(FRAME_KINDS.hello, 0, new Uint8Array(100)))
    expect(() => acceptor().receive(other)).toThrow('not the member protocol')
  })
})

const decodeOne = (bytes: Uint8Array): Frame => framesOf({ send: [bytes] })[0]!

/** What a dialer said to an acceptor in a good handshake. */
const recordDialer = (): [Frame, Frame] => {
  const left = dialer()
  const right = acceptor()
  const [hello] = framesOf(left.start())
  const [answer] = framesOf(right.receive(hello!))
  const [proof] = framesOf(left.receive(answer!))
  return [hello!, proof!]
}
