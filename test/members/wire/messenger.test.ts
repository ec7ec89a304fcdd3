import { describe, expect, test } from 'bun:test'
import { EngineError } from '../../../runtime/errors/index.ts'
import { simulate, type SimWorld } from '../../sim/host/index.ts'
import { addressOf, bytes, codeOf, SETTINGS, startMember, startMembers, text } from './members.ts'

const GREET = 1
const WORK = 2
const A = addressOf('a')
const B = addressOf('b')
const TIMEOUT = { timeoutMs: 2000 }

/** Two members; `b` answers work with its text in capitals. */
const pair = async (world: SimWorld) => {
  const { a, b } = await startMembers(world, ['a', 'b'])
  b.messenger.onRequest(WORK, ({ body }) => bytes(text(body).toUpperCase()))
  return { a, b }
}

describe('a message', () => {
  test('makes the connection it needs, and all after it keep their order', () =>
    simulate(1, async (world) => {
      const { a, b } = await pair(world)
      const heard: string[] = []
      b.messenger.onMessage(GREET, (from, body) => heard.push(`${from.address.host} ${text(body)}`))
      for (let index = 0; index < 5; index += 1) a.messenger.send(B, GREET, bytes(`${index}`))
      await world.until('connected', () => a.connected.length === 1, 1000)
      for (let index = 5; index < 10; index += 1) a.messenger.send(B, GREET, bytes(`${index}`))
      await world.until('all', () => heard.length === 10, 1000)
      expect(heard).toEqual(Array.from({ length: 10 }, (_, index) => `a ${index}`))
      expect([a.connected, b.connected]).toEqual([['b'], ['a']])
      expect(a.messenger.connected().map((peer) => peer.id)).toEqual([b.messenger.identity.id])
    }))

  test('sent as soon as the connection stands comes after those that waited for it', () =>
    simulate(4, async (world) => {
      const { b } = await pair(world)
      const heard: string[] = []
      b.messenger.onMessage(GREET, (_from, body) => heard.push(text(body)))
      const { messenger } = await startMember(world.machine('c').host, addressOf('c'), {
        events: {
          onConnected: () => messenger.send(B, GREET, bytes('second')),
          onDisconnected: () => {},
          onRefused: () => {},
          onBug: () => {},
        },
      })
      messenger.send(B, GREET, bytes('first'))
      await world.until('both', () => heard.length === 2, 1000)
      expect(heard).toEqual(['first', 'second'])
    }))

  test('of an unknown kind is ignored, and one to nobody is lost', () =>
    simulate(2, async (world) => {
      const { a, b } = await pair(world)
      a.messenger.send(B, 999, bytes('x'))
      a.messenger.send(addressOf('nobody'), GREET, bytes('x'))
      await world.sleep(1000)
      expect(b.bugs).toEqual([])
      expect(a.refused.map((reason) => reason.code)).toEqual(['HST-005'])
      expect(text(await a.messenger.request(B, WORK, bytes('on'), TIMEOUT))).toBe('ON')
    }))

  test('goes back over the connection on which the other side came', () =>
    simulate(3, async (world) => {
      const { a, b } = await pair(world)
      await a.messenger.connect(B, 1000)
      a.messenger.onRequest(WORK, () => bytes('from a'))
      world.network.setDefaults({ resetRate: 0 })
      expect(text(await b.messenger.request(A, WORK, bytes(''), TIMEOUT))).toBe('from a')
      expect(b.machine.leaks().filter((held) => held.startsWith('connection')).length).toBe(1)
    }))
})

describe('a request', () => {
  test('is answered, many at once', () =>
    simulate(1, async (world) => {
      const { a } = await pair(world)
      const texts = Array.from({ length: 100 }, (_, index) => `x${index}`)
      const answers = await Promise.all(
        texts.map((each) => a.messenger.request(B, WORK, bytes(each), TIMEOUT)),
      )
      expect(answers.map(text)).toEqual(texts.map((each) => each.toUpperCase()))
    }))

  test('gives up in time, also while the connection is being made', () =>
    simulate(2, async (world) => {
      const { a, b } = await pair(world)
      b.messenger.onRequest(3, () => new Promise(() => {}))
      await a.messenger.connect(B, 1000)
      const start = world.nowMs()
      expect(await codeOf(a.messenger.request(B, 3, bytes(''), { timeoutMs: 300 }))).toBe('NET-004')
      expect(world.nowMs() - start).toBe(300)
      world.network.isolate(world.machine('c'))
      const late = a.messenger.request(addressOf('c'), WORK, bytes(''), { timeoutMs: 300 })
      expect(await codeOf(late)).toBe('HST-005')
      expect(world.nowMs() - start).toBe(600)
    }))

  test('that is aborted stops the work on the other side', () =>
    simulate(3, async (world) => {
      const { a, b } = await pair(world)
      let isStopped = false
      b.messenger.onRequest(3, ({ signal }) => {
        signal.addEventListener('abort', () => {
          isStopped = true
        })
        return new Promise(() => {})
      })
      const controller = new AbortController()
      const { signal } = controller
      const request = a.messenger.request(B, 3, bytes(''), { timeoutMs: 60_000, signal })
      const failure = codeOf(request)
      await world.sleep(50)
      controller.abort(new EngineError('ENG-002', 'No longer wanted'))
      expect(await failure).toBe('ENG-002')
      await world.until('stopped', () => isStopped, 100)
      const again = a.messenger.request(B, WORK, bytes(''), { timeoutMs: 100, signal })
      expect(await codeOf(again)).toBe('ENG-002')
    }))

  test('brings back the error that the handler threw; a bug is told to its own side', () =>
    simulate(4, async (world) => {
      const { a, b } = await pair(world)
      b.messenger.onRequest(3, () => {
        throw new EngineError('PLN-001', 'The graph has a hole')
      })
      b.messenger.onRequest(4, () => {
        throw new TypeError('undefined is not a function')
      })
      expect(await codeOf(a.messenger.request(B, 3, bytes(''), TIMEOUT))).toBe('PLN-001')
      expect(b.bugs).toEqual([])
      expect(await codeOf(a.messenger.request(B, 4, bytes(''), TIMEOUT))).toBe('NET-006')
      expect(b.bugs.length).toBe(1)
      expect(await codeOf(a.messenger.request(B, 999, bytes(''), TIMEOUT))).toBe('NET-006')
    }))

  test('fails at once when the other side dies, and works again when it is back', () =>
    simulate(5, async (world) => {
      const { a, b } = await pair(world)
      b.messenger.onRequest(3, () => new Promise(() => {}))
      await a.messenger.connect(B, 1000)
      const failure = codeOf(a.messenger.request(B, 3, bytes(''), { timeoutMs: 60_000 }))
      await world.sleep(10)
      b.machine.kill()
      expect(await failure).toBe('NET-005')
      expect(world.nowMs()).toBeLessThan(100)
      expect(a.disconnected.length).toBe(1)
      const reborn = await startMember(b.machine.restart(), B)
      reborn.messenger.onRequest(WORK, () => bytes('back'))
      expect(text(await a.messenger.request(B, WORK, bytes(''), TIMEOUT))).toBe('back')
    }))

  test('to a member that came back elsewhere in time drops what was half open', () =>
    simulate(6, async (world) => {
      const { a, b } = await pair(world)
      await a.messenger.connect(B, 1000)
      const old = b.messenger.identity.id
      b.machine.crash()
      const reborn = await startMember(b.machine.restart(), B)
      expect(a.messenger.connected().map((peer) => peer.id)).toEqual([old])
      await reborn.messenger.connect(A, 1000)
      await world.sleep(10)
      expect(a.messenger.connected().map((peer) => peer.id)).toEqual([reborn.messenger.identity.id])
      expect(a.connected).toEqual(['b', 'b'])
    }))

  test('that dials anew replaces what it left half open', () =>
    simulate(8, async (world) => {
      const { a, b } = await pair(world)
      await a.messenger.connect(B, 1000)
      const heal = world.network.partition([a.machine], [b.machine])
      a.messenger.disconnect(B, 'tried')
      await world.sleep(100)
      heal()
      await a.messenger.connect(B, 1000)
      a.messenger.onRequest(WORK, () => bytes('alive'))
      await world.sleep(10)
      expect(text(await b.messenger.request(A, WORK, bytes(''), TIMEOUT))).toBe('alive')
      expect(b.machine.leaks().filter((held) => held.startsWith('connection')).length).toBe(1)
    }))

  test('over a connection that ends at that moment fails at once', () =>
    simulate(9, async (world) => {
      await pair(world)
      const { messenger } = await startMember(world.machine('c').host, addressOf('c'), {
        events: {
          onConnected: (peer) => messenger.disconnect(peer.address, 'never mind'),
          onDisconnected: () => {},
          onRefused: () => {},
          onBug: () => {},
        },
      })
      const start = world.nowMs()
      expect(await codeOf(messenger.request(B, WORK, bytes(''), TIMEOUT))).toBe('NET-005')
      const writer = await messenger.openStream(B, WORK, bytes(''), 1000)
      expect(await codeOf(writer.write(bytes('x')))).toBe('NET-005')
      expect(world.nowMs() - start).toBeLessThan(50)
    }))

  test('beyond what one peer may ask at once is refused', () =>
    simulate(7, async (world) => {
      const { a } = await startMembers(world, ['a'])
      const { b } = await startMembers(world, ['b'], { limits: { requestsMax: 10 } })
      b.messenger.onRequest(3, () => new Promise(() => {}))
      const codes = await Promise.all(
        Array.from({ length: 12 }, () =>
          codeOf(a.messenger.request(B, 3, bytes(''), { timeoutMs: 500 })),
        ),
      )
      expect(codes.filter((code) => code === 'NET-006').length).toBe(2)
      expect(codes.filter((code) => code === 'NET-004').length).toBe(10)
    }))
})

describe('a stranger', () => {
  const refusedWith = (seed: number, change: Partial<typeof SETTINGS>) =>
    simulate(seed, async (world) => {
      const { a } = await startMembers(world, ['a'])
      const settings = { ...SETTINGS, ...change }
      const { b } = await startMembers(world, ['b'], { settings })
      const code = await codeOf(b.messenger.connect(A, 1000))
      await world.until('told', () => a.refused.length === 1, 1000)
      expect(a.refused[0]!.code).toBe(code as 'NET-001')
      expect([a.connected, b.connected]).toEqual([[], []])
      await world.sleep(2000)
      const held = [...a.machine.leaks(), ...b.machine.leaks()]
      expect(held).toEqual(['listener on port 5801', 'listener on port 5801'])
      return code
    })

  test('of another cluster, version or partition count is told so', async () => {
    expect((await refusedWith(1, { clusterName: 'south' })).value).toBe('NET-001')
    expect((await refusedWith(2, { partitionCount: 13 })).value).toBe('NET-007')
    expect((await refusedWith(3, { versions: { oldest: 2, newest: 9 } })).value).toBe('NET-007')
  })

  test('without the secret is told so', async () => {
    expect((await refusedWith(4, { secret: 'guess' })).value).toBe('NET-002')
    expect((await refusedWith(5, { secret: '' })).value).toBe('NET-002')
  })

  test('that is this member itself is told so', () =>
    simulate(6, async (world) => {
      const { a } = await startMembers(world, ['a'])
      expect(await codeOf(a.messenger.connect(A, 1000))).toBe('NET-001')
    }))
})

describe('closing', () => {
  test('tells the others at once and holds nothing', () =>
    simulate(1, async (world) => {
      const { a, b } = await pair(world)
      const failure = (async () => {
        b.messenger.onRequest(3, () => new Promise(() => {}))
        return codeOf(b.messenger.request(A, 999, bytes(''), TIMEOUT))
      })()
      expect(await failure).toBe('NET-006')
      await a.messenger.close()
      await world.sleep(10)
      expect(a.machine.leaks()).toEqual([])
      expect(b.disconnected).toEqual([{ host: 'a', reason: undefined }])
      expect(b.machine.leaks()).toEqual(['listener on port 5801'])
    }))

  test('holds nothing a second later, even when nobody answers', () =>
    simulate(2, async (world) => {
      const { a, b } = await pair(world)
      await a.messenger.connect(B, 1000)
      world.network.isolate(a.machine)
      void codeOf(a.messenger.connect(addressOf('b2'), 60_000))
      await a.messenger.close()
      await world.sleep(1100)
      expect(a.machine.leaks()).toEqual([])
      expect(b.messenger.connected().length).toBe(1)
    }))
})
