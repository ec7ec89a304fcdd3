import { describe, expect, test } from 'bun:test'
import type { Disk } from '../../../runtime/host/index.ts'
import { EngineError } from '../../../runtime/errors/index.ts'
import { simulate, type SimWorld } from './index.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

const codeOf = async (action: Promise<unknown>): Promise<string> => {
  try {
    await action
  } catch (thrown) {
    if (thrown instanceof EngineError) return thrown.code
    throw thrown
  }
  return 'none'
}

const put = async (disk: Disk, path: string, content: Uint8Array, isSynced: boolean) => {
  const file = await disk.open(path, 'write')
  await file.write(content)
  if (isSynced) await file.sync()
  await file.close()
}

const machineOf = (world: SimWorld) => {
  const machine = world.machine('a')
  const read = async (path: string): Promise<string | undefined> => {
    const { disk } = machine.host
    if ((await disk.stat(path)) === undefined) return undefined
    return new TextDecoder().decode(await disk.readFile(path))
  }
  return { machine, read }
}

describe('a power loss', () => {
  test('takes what was not synced and leaves what was', () =>
    simulate(1, async (world) => {
      const { machine, read } = machineOf(world)
      const { disk } = machine.host
      await put(disk, '/kept', bytes('one'), true)
      await put(disk, '/cut', bytes('two'), true)
      await put(disk, '/gone', bytes('three'), false)
      await disk.syncFolder('/')
      const file = await disk.open('/cut', 'append')
      await file.write(bytes(' more'))
      await put(disk, '/nameless', bytes('four'), true)
      machine.crash('lost')
      machine.restart()
      expect(await read('/kept')).toBe('one')
      expect(await read('/cut')).toBe('two')
      expect(await read('/gone')).toBe('')
      expect(await read('/nameless')).toBeUndefined()
    }))

  test('takes back an unsynced overwrite and truncation', () =>
    simulate(2, async (world) => {
      const { machine, read } = machineOf(world)
      const { disk } = machine.host
      const content = 'x'.repeat(2000)
      await put(disk, '/over', bytes(content), true)
      await put(disk, '/short', bytes(content), true)
      await disk.syncFolder('/')
      const file = await disk.open('/over', 'update')
      await file.write(bytes('y'.repeat(3000)))
      await (await disk.open('/short', 'update')).truncate(10)
      expect(await read('/over')).toBe('y'.repeat(3000))
      machine.crash('lost')
      machine.restart()
      expect(await read('/over')).toBe(content)
      expect(await read('/short')).toBe(content)
    }))

  test('takes back a rename that no syncFolder confirmed, and never half of it', async () => {
    const outcomes = new Set<string>()
    for (let seed = 0; seed < 30; seed += 1) {
      await simulate(seed, async (world) => {
        const { machine } = machineOf(world)
        const { disk } = machine.host
        await disk.makeFolder('/left')
        await disk.makeFolder('/right')
        await put(disk, '/left/a', bytes('a'), true)
        for (const folder of ['/', '/left', '/right']) await disk.syncFolder(folder)
        await disk.rename('/left/a', '/right/b')
        machine.crash()
        machine.restart()
        const names = await Promise.all(
          ['/left', '/right'].map((path) => machine.host.disk.list(path)),
        )
        outcomes.add(names.map((entries) => entries.map(({ name }) => name).join()).join('|'))
      })
    }
    expect([...outcomes].sort()).toEqual(['a|', '|b'])
  })

  test('never brings back an older name over a newer one that was synced', () =>
    simulate(6, async (world) => {
      const { machine } = machineOf(world)
      const { disk } = machine.host
      await disk.makeFolder('/left')
      await disk.makeFolder('/right')
      await disk.syncFolder('/')
      await put(disk, '/left/a', bytes('a'), true)
      await disk.rename('/left/a', '/right/a')
      await disk.rename('/right/a', '/right/b')
      await disk.syncFolder('/right')
      machine.crash('kept')
      machine.restart()
      expect(await machine.host.disk.list('/left')).toEqual([])
      expect((await machine.host.disk.list('/right')).map(({ name }) => name)).toEqual(['b'])
    }))

  test('keeps a file written atomically whole, old or new', async () => {
    const outcomes = new Set<string>()
    for (let seed = 0; seed < 60; seed += 1) {
      await simulate(seed, async (world) => {
        const { machine, read } = machineOf(world)
        await machine.host.disk.writeFileAtomically('/a', bytes('old'))
        void machine.host.disk.writeFileAtomically('/a', bytes('new'))
        await world.sleep(world.random.between(0, 6))
        machine.crash()
        machine.restart()
        outcomes.add((await read('/a'))!)
      })
    }
    expect([...outcomes].sort()).toEqual(['new', 'old'])
  })

  test('tears unsynced writes at sectors', async () => {
    let mixed = 0
    let shorter = 0
    let holes = 0
    for (let seed = 0; seed < 40; seed += 1) {
      await simulate(seed, async (world) => {
        const { machine } = machineOf(world)
        const { disk } = machine.host
        await put(disk, '/a', new Uint8Array(4096).fill(1), true)
        await disk.syncFolder('/')
        const file = await disk.open('/a', 'update')
        await file.write(new Uint8Array(6000).fill(2))
        machine.crash('torn')
        machine.restart()
        const content = await machine.host.disk.readFile('/a')
        expect(content.length).toBeWithin(4096, 6001)
        const sectors = new Set<string>()
        for (let at = 0; at < 4096; at += 512) {
          sectors.add([...new Set(content.subarray(at, at + 512))].join())
        }
        for (const sector of sectors) expect(['1', '2']).toContain(sector)
        mixed += sectors.size === 2 ? 1 : 0
        holes += content.subarray(4096).includes(0) ? 1 : 0
        shorter += content.length < 6000 ? 1 : 0
      })
    }
    expect(mixed).toBeGreaterThan(20)
    expect(shorter).toBeGreaterThan(20)
    expect(holes).toBeGreaterThan(5)
  })

  test('takes synced bytes too when the drive lies about syncs', () =>
    simulate(5, async (world) => {
      const { machine, read } = machineOf(world)
      machine.disk.faults.losesSyncs = true
      await put(machine.host.disk, '/a', bytes('one'), true)
      await machine.host.disk.syncFolder('/')
      machine.crash('lost')
      machine.disk.faults.losesSyncs = false
      machine.restart()
      expect(await read('/a')).toBeUndefined()
    }))
})

describe('a disk', () => {
  test('keeps everything when only the process is killed', () =>
    simulate(1, async (world) => {
      const { machine, read } = machineOf(world)
      await put(machine.host.disk, '/a', bytes('one'), false)
      machine.kill()
      machine.restart()
      expect(await read('/a')).toBe('one')
    }))

  test('that is full refuses what grows a file', () =>
    simulate(2, async (world) => {
      const { machine, read } = machineOf(world)
      const { disk } = machine.host
      machine.disk.faults.capacityBytes = 1000
      await put(disk, '/a', new Uint8Array(900), true)
      const file = await disk.open('/b', 'write')
      expect(await codeOf(file.write(new Uint8Array(200)))).toBe('HST-003')
      await file.write(new Uint8Array(100))
      expect(machine.disk.usedBytes()).toBe(1000)
      const full = disk.writeFileAtomically('/c', new Uint8Array(1))
      expect(await codeOf(full)).toBe('HST-003')
      expect((await disk.list('/')).map(({ name }) => name)).toEqual(['a', 'b'])
      await disk.remove('/a')
      await disk.writeFileAtomically('/c', bytes('fits'))
      expect(await read('/c')).toBe('fits')
    }))

  test('fails calls at the rates given', () =>
    simulate(3, async (world) => {
      const { machine, read } = machineOf(world)
      const { disk } = machine.host
      const { faults } = machine.disk
      const file = await disk.open('/a', 'write')
      await disk.syncFolder('/')
      faults.writeFailureRate = 1
      expect(await codeOf(file.write(bytes('x')))).toBe('HST-004')
      faults.writeFailureRate = 0
      await file.write(bytes('y'))
      faults.syncFailureRate = 1
      expect(await codeOf(file.sync())).toBe('HST-004')
      faults.readFailureRate = 1
      expect(await codeOf(disk.readFile('/a'))).toBe('HST-004')
      await file.close()
      faults.readFailureRate = 0
      machine.crash('lost')
      machine.restart()
      expect(await read('/a')).toBe('')
    }))

  test('takes its time, one call after the other', () =>
    simulate(4, async (world) => {
      const { machine } = machineOf(world)
      Object.assign(machine.disk.faults, { delayMinMs: 10, delayMaxMs: 10 })
      const { disk } = machine.host
      await Promise.all([disk.makeFolder('/a'), disk.makeFolder('/b'), disk.syncFolder('/')])
      expect(world.nowMs()).toBeCloseTo(120, 6)
    }))

  test('may rot', () =>
    simulate(5, async (world) => {
      const { machine, read } = machineOf(world)
      await put(machine.host.disk, '/a', bytes('aaa'), true)
      machine.disk.flipBit('/a', 1)
      expect(await read('/a')).toBe('a`a')
      expect(machine.disk.peek('/a')).toEqual(bytes('a`a'))
    }))
})
