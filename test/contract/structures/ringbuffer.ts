import { expect } from 'bun:test'
import { codeOf, type Each } from './suite.ts'

/** What a ringbuffer does, in Hazelcast as here. */
export const ringbufferContract = (each: Each): void => {
  each('gives items by their sequence', async (grid, name) => {
    const ringbuffer = grid.ringbuffer(`small-${name}`)
    expect(await ringbuffer.capacity()).toBe(3)
    expect(await ringbuffer.headSequence()).toBe(0)
    expect(await ringbuffer.tailSequence()).toBe(-1)
    expect(await ringbuffer.size()).toBe(0)
    expect(await ringbuffer.add('a')).toBe(0)
    expect(await ringbuffer.addAll(['b', 'c'])).toBe(2)
    expect(await ringbuffer.readOne(0)).toBe('a')
    expect(await ringbuffer.readOne(2)).toBe('c')
    expect(await ringbuffer.size()).toBe(3)
    expect(await ringbuffer.remainingCapacity()).toBe(3)
  })

  each('overwrites the oldest item', async (grid, name) => {
    const ringbuffer = grid.ringbuffer(`small-${name}`)
    await ringbuffer.addAll(['a', 'b', 'c'])
    expect(await ringbuffer.add('d')).toBe(3)
    expect(await ringbuffer.add('e', 'fail')).toBe(4)
    expect(await ringbuffer.headSequence()).toBe(2)
    expect(await ringbuffer.tailSequence()).toBe(4)
    expect(await codeOf(ringbuffer.readOne(1))).toBe('GRD-032')
    expect(await ringbuffer.readOne(2)).toBe('c')
    expect(await ringbuffer.addAll(['f', 'g', 'h', 'i'])).toBe(8)
    const { items } = await ringbuffer.readMany(0, 1, 3)
    expect(items.map(({ item }) => item)).toEqual(['g', 'h', 'i'])
  })

  each('whose items age refuses more than it has room for, where it shall', async (grid, name) => {
    const ringbuffer = grid.ringbuffer(`aging-${name}`)
    expect(await ringbuffer.addAll(['a', 'b', 'c'], 'fail')).toBe(-1)
    expect(await ringbuffer.addAll(['a', 'b'], 'fail')).toBe(1)
    expect(await ringbuffer.remainingCapacity()).toBe(0)
    expect(await ringbuffer.add('c', 'fail')).toBe(-1)
    expect(await ringbuffer.readOne(0)).toBe('a')
    expect(await ringbuffer.add('c', 'overwrite')).toBe(2)
    expect(await ringbuffer.headSequence()).toBe(1)
  })

  each('lets who reads wait for the next item', async (grid, name) => {
    const ringbuffer = grid.ringbuffer(`small-${name}`)
    const one = ringbuffer.readOne(0)
    const many = ringbuffer.readMany(0, 2, 3)
    await ringbuffer.add('a')
    await ringbuffer.add('b')
    expect(await one).toBe('a')
    const { items, readCount, nextSequence } = await many
    expect(items).toEqual([
      { sequence: 0, item: 'a' },
      { sequence: 1, item: 'b' },
    ])
    expect({ readCount, nextSequence }).toEqual({ readCount: 2, nextSequence: 2 })
  })

  each('refuses to read further ahead than the next item', async (grid, name) => {
    const ringbuffer = grid.ringbuffer(`small-${name}`)
    await ringbuffer.add('a')
    expect(await codeOf(ringbuffer.readOne(2))).toBe('GRD-034')
    await ringbuffer.tailSequence()
  })

  each('reads many from what is nearest to where it shall start', async (grid, name) => {
    const ringbuffer = grid.ringbuffer(`small-${name}`)
    await ringbuffer.addAll(['a', 'b', 'c', 'd'])
    const old = await ringbuffer.readMany(0, 1, 2)
    expect(old.items.map(({ sequence }) => sequence)).toEqual([1, 2])
    expect(old.nextSequence).toBe(3)
    const ahead = ringbuffer.readMany(10, 1, 3)
    await ringbuffer.add('e')
    expect((await ahead).items).toEqual([{ sequence: 4, item: 'e' }])
    const { items, readCount } = await ringbuffer.readMany(5, 0, 3)
    expect({ items, readCount }).toEqual({ items: [], readCount: 0 })
  })

  each('reads at most 1000 items at once, from less capacity too', async (grid, name) => {
    const ringbuffer = grid.ringbuffer(`small-${name}`)
    const refused = 'GRD-034'
    expect(await codeOf(ringbuffer.readMany(0, 3, 2))).toBe(refused)
    expect(await codeOf(grid.ringbuffer(name).readMany(0, 1, 1001))).toBe(refused)
    await ringbuffer.add('a')
    expect((await ringbuffer.readMany(0, 1, 1000)).items).toEqual([{ sequence: 0, item: 'a' }])
  })
}
