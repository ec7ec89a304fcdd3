import { describe, expect, test } from 'bun:test'
import { createReliableTopic } from '../../../../members/grid/structures/reliabletopic/index.ts'
import { createHarnessGrid, settle } from '../../../contract/harnessGrid.ts'
import { codeOf } from '../../../contract/structures/suite.ts'

const HOUR_MS = 3_600_000

describe('a ringbuffer', () => {
  test('goes on counting when its member changes, also without items', async () => {
    const { ringbuffer, harness } = createHarnessGrid()
    await ringbuffer('aging').addAll(['a', 'b'])
    harness.failOver()
    expect(await ringbuffer('aging').readOne(1)).toBe('b')
    harness.advance(HOUR_MS)
    expect(await ringbuffer('aging').size()).toBe(0)
    expect(await ringbuffer('aging').headSequence()).toBe(2)
    harness.failOver()
    expect(await ringbuffer('aging').add('c')).toBe(2)
  })

  test('does not give items that are too old', async () => {
    const { ringbuffer, harness } = createHarnessGrid()
    const aging = ringbuffer('aging')
    await aging.add('a')
    harness.advance(HOUR_MS / 2)
    await aging.add('b')
    harness.advance(HOUR_MS / 2 - 1)
    expect(await aging.headSequence()).toBe(0)
    harness.advance(1)
    expect((await aging.readMany(0, 1, 2)).items).toEqual([{ sequence: 1, item: 'b' }])
    expect(await codeOf(aging.readOne(0))).toBe('GRD-032')
    expect(await aging.remainingCapacity()).toBe(1)
  })

  test('does not give items that are too old before they are swept either', async () => {
    const { ringbuffer, harness } = createHarnessGrid()
    await ringbuffer('aging').add('a')
    // Calls whose time is up run before the sweep.
    const reading = ringbuffer('aging').readMany(0, 2, 2, { waitMs: HOUR_MS })
    await settle()
    harness.advance(HOUR_MS)
    expect(await reading).toEqual({ items: [], readCount: 0, nextSequence: 1 })
  })

  test('lets who adds wait until items are too old', async () => {
    const { ringbuffer, harness } = createHarnessGrid()
    const aging = ringbuffer('aging')
    await aging.addAll(['a', 'b'])
    const adding = aging.add('c', 'wait')
    await settle()
    expect(harness.waitingCount()).toBe(1)
    harness.advance(HOUR_MS)
    expect(await adding).toBe(2)
    expect(await aging.headSequence()).toBe(2)
    expect(await codeOf(aging.addAll(['d', 'e', 'f'], 'wait'))).toBe('GRD-034')
  })

  test('gives those items that a filter wants', async () => {
    const { ringbuffer } = createHarnessGrid()
    await ringbuffer('r').addAll(['a', 'b', 'aa'])
    const filter = (item: string): boolean => item.startsWith('a')
    const reading = ringbuffer('r').readMany(0, 3, 3, { filter })
    await ringbuffer('r').addAll(['b', 'b', 'aaa', 'aaaa'])
    const { items, readCount, nextSequence } = await reading
    expect(items.map(({ item }) => item)).toEqual(['a', 'aa', 'aaa'])
    expect(nextSequence).toBe(readCount)
  })

  test('gives what there is when the time is up', async () => {
    const { ringbuffer, elapse } = createHarnessGrid()
    await ringbuffer('r').add('a')
    const reading = ringbuffer('r').readMany(0, 2, 2, { waitMs: 100 })
    await elapse(100)
    expect((await reading).items).toEqual([{ sequence: 0, item: 'a' }])
    const none = await ringbuffer('r').readMany(1, 1, 2, { waitMs: 0 })
    expect(none).toEqual({ items: [], readCount: 0, nextSequence: 1 })
  })

  test('gives large items in several pages', async () => {
    const { ringbuffer } = createHarnessGrid({ copyEvery: 1000 })
    const large = Array.from({ length: 30 }, (_, index) => `${index} ${'x'.repeat(200_000)}`)
    await ringbuffer('r').addAll(large)
    const { items } = await ringbuffer('r').readMany(0, 30, 30)
    expect(items.map(({ item }) => item)).toEqual(large)
  })
})

describe('a reliable topic', () => {
  test('gives what a listener missed, from the message that it wants', async () => {
    const { reliableTopic } = createHarnessGrid()
    await reliableTopic('t').publishAll(['a', 'b', 'c'])
    const got: string[] = []
    const options = { initialSequence: 1 }
    const listening = await reliableTopic('t').addMessageListener(({ message, sequence }) => {
      got.push(`${sequence} ${message}`)
    }, options)
    await settle()
    expect(got).toEqual(['1 b', '2 c'])
    await listening.cancel()
    expect(await listening.ended).toBeUndefined()
  })

  test('ends a listener that messages were lost for', async () => {
    const { reliableTopic, ringbuffer } = createHarnessGrid()
    const topic = reliableTopic('small')
    const publishSix = (): void => {
      void topic.publishAll(['b', 'c', 'd'])
      void topic.publishAll(['e', 'f', 'g'])
    }
    const got: string[] = []
    const listening = await topic.addMessageListener(({ message }) => {
      got.push(message)
      // Behind it, before it reads again, three more come than there is room for.
      if (message === 'a') publishSix()
    })
    await topic.publish('a')
    expect(await listening.ended).toMatchObject({ code: 'GRD-036' })
    expect(got).toEqual(['a'])
    expect(await ringbuffer('_hz_rb_small').size()).toBe(3)
  })

  test('goes on with a gap for a listener that allows it', async () => {
    const { reliableTopic } = createHarnessGrid()
    const topic = reliableTopic('small')
    const publishSix = (): void => {
      void topic.publishAll(['b', 'c', 'd'])
      void topic.publishAll(['e', 'f', 'g'])
    }
    const got: string[] = []
    const listening = await topic.addMessageListener(
      ({ message }) => {
        got.push(message)
        if (message === 'a') publishSix()
      },
      { isLossTolerant: true },
    )
    await topic.publish('a')
    await settle()
    expect(got).toEqual(['a', 'e', 'f', 'g'])
    await listening.cancel()
  })

  test('ends a listener that throws, with what it threw', async () => {
    const { reliableTopic } = createHarnessGrid()
    const listening = await reliableTopic('t').addMessageListener(() => {
      throw new Error('Not this one')
    })
    await reliableTopic('t').publish('a')
    expect(String(await listening.ended)).toBe('Error: Not this one')
  })

  test('goes on when the member of its ringbuffer changes', async () => {
    const { reliableTopic, harness } = createHarnessGrid()
    const got: string[] = []
    const listening = await reliableTopic('t').addMessageListener(({ message }) => {
      got.push(message)
    })
    await reliableTopic('t').publish('a')
    harness.failOver()
    await reliableTopic('t').publish('b')
    await settle()
    expect(got).toEqual(['a', 'b'])
    await listening.cancel()
  })

  test('that is full does with a new message what its policy says', async () => {
    const { harness } = createHarnessGrid()
    const topicWith = (overloadPolicy: 'BLOCK' | 'DISCARD_OLDEST' | 'DISCARD_NEWEST') =>
      createReliableTopic<string>(harness, 'aging', { aging: { overloadPolicy } })
    const got: string[] = []
    const listening = await topicWith('BLOCK').addMessageListener(({ message }) => {
      got.push(message)
    })
    await topicWith('BLOCK').publishAll(['a', 'b'])
    await topicWith('DISCARD_NEWEST').publish('newest')
    await topicWith('DISCARD_OLDEST').publish('c')
    const blocked = topicWith('BLOCK').publish('d')
    await settle()
    expect(got).toEqual(['a', 'b', 'c'])
    harness.advance(HOUR_MS)
    await blocked
    await settle()
    expect(got).toEqual(['a', 'b', 'c', 'd'])
    await listening.cancel()
  })
})
