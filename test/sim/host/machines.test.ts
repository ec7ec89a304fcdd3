import { describe, expect, test } from 'bun:test'
import type { Host } from '../../../runtime/host/index.ts'
import { simulate } from './index.ts'
import { createServer, dialPeer, type Peer, PORT } from './peers.ts'

describe('a machine', () => {
  test('runs its program at every boot, and nothing of an earlier one', () =>
    simulate(1, async (world) => {
      const ticks: string[] = []
      let boots = 0
      const machine = world.machine('a', async (host) => {
        boots += 1
        const boot = boots
        for (;;) {
          await host.clock.sleep(10)
          ticks.push(`${boot}`)
        }
      })
      await world.sleep(35)
      const { host } = machine
      machine.crash()
      expect(machine.isUp).toBe(false)
      expect(() => machine.host).toThrow('a is down')
      await world.sleep(100)
      expect(ticks).toEqual(['1', '1', '1'])
      machine.restart()
      host.clock.timer(1, () => ticks.push('stale'))
      await world.sleep(25)
      expect(ticks).toEqual(['1', '1', '1', '2', '2'])
    }))

  test('that is paused does nothing, then everything, in order', () =>
    simulate(2, async (world) => {
      const accepted: Peer[] = []
      const a = world.machine('a')
      const b = world.machine('b', createServer(accepted))
      await world.sleep(1)
      const fired: number[] = []
      b.host.clock.timer(10, () => fired.push(world.nowMs()))
      const before = b.host.clock.monotonic()
      b.pause()
      const client = await dialPeer(a, b)
      client.connection.write(new Uint8Array([1, 2]))
      client.connection.write(new Uint8Array([3]))
      await world.sleep(5000)
      expect([accepted.length, fired.length, client.closed]).toEqual([0, 0, false])
      b.resume()
      await world.sleep(1)
      expect(accepted[0]!.received).toEqual([1, 2, 3])
      expect(fired[0]).toBeGreaterThan(5000)
      expect(b.host.clock.monotonic() - before).toBeGreaterThan(5000)
    }))

  test('has a wall clock that jumps and a steady one that does not', () =>
    simulate(3, async (world) => {
      const machine = world.machine('a', undefined, { clockAheadMs: 500 })
      const other = world.machine('b')
      expect(machine.host.clock.now() - other.host.clock.now()).toBe(500)
      const steady = machine.host.clock.monotonic()
      machine.clock.jump(-3_600_000)
      expect(machine.host.clock.now() - other.host.clock.now()).toBe(500 - 3_600_000)
      await world.sleep(100)
      expect(machine.host.clock.monotonic() - steady).toBeCloseTo(100, 6)
    }))

  test('has clocks that drift, and timers with them', () =>
    simulate(4, async (world) => {
      const { clock, host } = world.machine('a')
      clock.drift(100_000)
      const wall = host.clock.now()
      const steady = host.clock.monotonic()
      await world.sleep(1000)
      expect(host.clock.monotonic() - steady).toBeCloseTo(1100, 6)
      expect(host.clock.now() - wall).toBe(1100)
      const start = world.nowMs()
      await host.clock.sleep(110)
      expect(world.nowMs() - start).toBeCloseTo(100, 6)
      clock.drift(0)
      const later = host.clock.monotonic()
      await world.sleep(10)
      expect(host.clock.monotonic() - later).toBeCloseTo(10, 6)
    }))

  test('lists what it holds, and nothing once all is let go', () =>
    simulate(5, async (world) => {
      const machine = world.machine('a')
      const { host } = machine
      const leaks = (): string[] => machine.leaks()
      const { clock, disk, network } = host
      const timer = clock.timer(5000, () => {})
      const listener = await network.listen({ host: 'a', port: PORT }, (connection) =>
        connection.handle({ onData: () => {}, onClose: () => {} }),
      )
      const dialed = await network.dial(listener.address, 100)
      dialed.handle({ onData: () => {}, onClose: () => {} })
      const address = { host: 'a', port: 5 }
      const socket = await network.openDatagrams({ address, onMessage: () => {} })
      const file = await disk.open('/a', 'write')
      expect(leaks().map((held) => held.split(' ')[0])).toEqual([
        'connection',
        'connection',
        'datagram',
        'file',
        'listener',
        'timer',
      ])
      timer.cancel()
      dialed.end()
      socket.close()
      await Promise.all([listener.close(), file.close()])
      await world.sleep(10)
      expect(leaks()).toEqual([])
    }))

  test('has its environment and no HTTP', () =>
    simulate(6, async (world) => {
      const { host } = world.machine('a', undefined, { environment: { REGION: 'north' } })
      expect(host.environment.REGION).toBe('north')
      let message = ''
      await host.http.fetch('http://b/').catch((thrown: Error) => {
        message = thrown.message
      })
      expect(message).toContain('no HTTP')
    }))
})

describe('a thread', () => {
  const threads = {
    'echo.ts': (host: Host): void => {
      host.threads.parent!.onMessage((message) => {
        if (message === 'fail') throw new Error('failed as asked')
        host.threads.parent!.post(message)
      })
    },
  }

  test('answers with copies, keeps order and ends when told', () =>
    simulate(
      1,
      async (world) => {
        const thread = world.machine('a').host.threads.spawn('echo.ts')
        const answers: unknown[] = []
        thread.onMessage((message) => answers.push(message))
        const sent = { text: 'one' }
        thread.post(sent)
        thread.post('two')
        sent.text = 'changed'
        await world.until('answers', () => answers.length === 2, 100)
        expect(answers).toEqual([{ text: 'one' }, 'two'])
        await thread.terminate()
        thread.post('three')
        await world.sleep(10)
        expect(answers.length).toBe(2)
      },
      { threads },
    ))

  test('that fails, or does not exist, ends with the error; its parent lives on', () =>
    simulate(
      2,
      async (world) => {
        const { host } = world.machine('a')
        const errors: (string | undefined)[] = []
        for (const entry of ['echo.ts', 'missing.ts']) {
          const thread = host.threads.spawn(entry)
          thread.onExit((error) => errors.push(error?.message))
          thread.post('fail')
        }
        await world.until('both ended', () => errors.length === 2, 100)
        expect(errors.toSorted((left, right) => (left! < right! ? -1 : 1))).toEqual([
          'No such thread: missing.ts',
          'failed as asked',
        ])
        await host.clock.sleep(1)
      },
      { threads },
    ))

  test('dies with its machine', () =>
    simulate(
      3,
      async (world) => {
        const machine = world.machine('a')
        let ticks = 0
        const ticking = (host: Host): void => {
          ticks += 1
          host.clock.timer(10, () => ticking(host))
        }
        const thread = machine.host.threads.spawn('tick.ts')
        threadPrograms.tick = ticking
        await world.sleep(100)
        machine.kill()
        const before = ticks
        await world.sleep(100)
        expect(before).toBeGreaterThan(5)
        expect(ticks).toBe(before)
        thread.post('nothing')
      },
      { threads: { 'tick.ts': (host) => threadPrograms.tick?.(host) } },
    ))
})

/** Filled in by the test that needs it. */
const threadPrograms: { tick?: (host: Host) => void } = {}
