import { afterEach, describe, expect, test } from 'bun:test'
import type { GridMap, JournalPage } from '../../../../../members/grid/structures/map/index.ts'
import { startMaps, type Maps } from './maps.ts'

let maps: Maps
afterEach(() => maps.close())

const start = (capacity: number, timeToLiveSeconds = 0): GridMap<string, number> => {
  const eventJournal = { enabled: true, capacity, timeToLiveSeconds }
  maps = startMaps({ partitionCount: 1, settings: { eventJournal } })
  return maps.map<string, number>()
}

const told = ({ events }: JournalPage<string, number>) =>
  events.map(({ sequence, type, key, value, oldValue }) => [sequence, type, key, value, oldValue])

describe('the event journal', () => {
  test('keeps every change in its order', async () => {
    const map = start(100)
    await map.set('a', 1)
    await map.put('a', 2)
    await map.remove('a')
    await map.set('b', 3, { ttlMs: 10 })
    maps.advance(10)
    await map.set('c', 4)
    await map.evict('c')
    await map.set('d', 5)
    await map.clear()
    const page = await map.readFromEventJournal(0, 0)
    expect(told(page)).toEqual([
      [0, 'added', 'a', 1, null],
      [1, 'updated', 'a', 2, 1],
      [2, 'removed', 'a', null, 2],
      [3, 'added', 'b', 3, null],
      [4, 'expired', 'b', null, 3],
      [5, 'added', 'c', 4, null],
      [6, 'evicted', 'c', null, 4],
      [7, 'added', 'd', 5, null],
      [8, 'removed', 'd', null, 5],
    ])
    expect(page.nextSequence).toBe(9)
    expect(page.events[4]!.timeMs - page.events[0]!.timeMs).toBe(10)
    expect(await map.eventJournalRange(0)).toEqual({ oldestSequence: 0, nextSequence: 9 })
  })
  test('is read page by page, again from any number, and goes on after a loss', async () => {
    const map = start(100)
    for (let at = 0; at < 10; at += 1) await map.set('a', at)
    const first = await map.readFromEventJournal(0, 0, { maxSize: 4 })
    expect(first.nextSequence).toBe(4)
    maps.failOver()
    await map.set('a', 10)
    const second = await map.readFromEventJournal(0, first.nextSequence)
    expect(second.events.map(({ value }) => value)).toEqual([4, 5, 6, 7, 8, 9, 10])
    expect(told(await map.readFromEventJournal(0, 4))).toEqual(told(second))
    expect((await map.readFromEventJournal(0, 11)).events).toEqual([])
    expect((await map.readFromEventJournal(0, 500)).nextSequence).toBe(11)
  })
  test('forgets the oldest, and says how much a reader has missed', async () => {
    const map = start(5)
    for (let at = 0; at < 12; at += 1) await map.set('a', at)
    maps.failOver()
    const page = await map.readFromEventJournal(0, 2)
    expect(page.events.map(({ value }) => value)).toEqual([7, 8, 9, 10, 11])
    expect(page.lostCount).toBe(5)
  })
  test('forgets what is old', async () => {
    const map = start(100, 10)
    await map.set('a', 1)
    maps.advance(6000)
    await map.set('a', 2)
    maps.advance(4000)
    expect(await map.eventJournalRange(0)).toEqual({ oldestSequence: 1, nextSequence: 2 })
    expect((await map.readFromEventJournal(0, 0)).lostCount).toBe(1)
  })
  test('lets a reader wait', async () => {
    const map = start(100)
    const waiting = map.readFromEventJournal(0, 0, { minSize: 2, timeoutMs: 1000 })
    await map.set('a', 1)
    expect(maps.waitingCount()).toBe(1)
    await map.set('a', 2)
    expect((await waiting).events).toHaveLength(2)
    const late = map.readFromEventJournal(0, 2, { timeoutMs: 1000 })
    await Promise.resolve()
    maps.advance(1000)
    expect((await late).events).toEqual([])
    const cancellation = new AbortController()
    const cancelled = map.readFromEventJournal(0, 2, {
      timeoutMs: 1000,
      signal: cancellation.signal,
    })
    cancellation.abort(new Error('Enough'))
    expect(cancelled).rejects.toThrow('Enough')
  })
  test('is gone with its map, and is not there unless it was asked for', async () => {
    const map = start(100)
    await map.set('a', 1)
    await map.destroy()
    expect(maps.replicas()[0]!.primary.isEmpty()).toBe(true)
    expect(map.readFromEventJournal(0, 0, { maxSize: 0 })).rejects.toThrow('From 1 to 0 events')
    maps.close()
    maps = startMaps()
    expect(maps.map().readFromEventJournal(0, 0)).rejects.toThrow('`m` has no event journal')
  })
})
