import { describe, expect, test } from 'bun:test'
import type { MapSettings } from '../../../members/grid/settings.ts'
import {
  createAtomicLong,
  createAtomicLongs,
} from '../../../members/grid/structures/atomiclong/index.ts'
import { createList, createLists } from '../../../members/grid/structures/list/index.ts'
import { createMultiMap, createMultiMaps } from '../../../members/grid/structures/multimap/index.ts'
import { createQueue, createQueues } from '../../../members/grid/structures/queue/index.ts'
import {
  createRingbuffer,
  createRingbuffers,
} from '../../../members/grid/structures/ringbuffer/index.ts'
import { createSet, createSets } from '../../../members/grid/structures/set/index.ts'
import type { MergeFunctions } from '../../../members/grid/structures/mergePolicies.ts'
import type { EngineError } from '../../../runtime/errors/index.ts'
import { simulate, type SimWorld } from '../host/index.ts'
import { type GridNode, isSafe, startGridCluster } from './cluster.ts'
import { cutOff, mapOf, mended, type Started, startMaps } from './twoSides.ts'

const mergeFunctions: MergeFunctions = {
  sum: (merging, existing) => (merging.value as number) + ((existing?.value as number) ?? 0),
}

/** Both sides write: keys of the one, of the other, and of both; then they become one again. */
const split = async (
  world: SimWorld,
  settings: Partial<MapSettings>,
  shape: { readonly masters: number; readonly cutOff: number },
): Promise<Started & { readonly entries: ReadonlyMap<string, number> }> => {
  const { nodes, told } = await startMaps(world, { ...shape, mergeFunctions }, settings)
  const [small, large] = [mapOf(nodes[0]!), mapOf(nodes.at(-1)!)]
  for (let at = 0; at < 50; at += 1) await small.set(`before${at}`, at)
  const heal = await cutOff(world, nodes, shape.cutOff)
  for (let at = 0; at < 50; at += 1) {
    await small.set(`small${at}`, 1000 + at)
    await large.set(`large${at}`, 2000 + at)
    await (at % 2 === 0 ? small : large).set(`both${at}`, at % 2 === 0 ? 1 : 2)
    await world.sleep(10)
    await (at % 2 === 0 ? large : small).set(`both${at}`, at % 2 === 0 ? 2 : 1)
  }
  heal()
  await mended(world, nodes)
  const found = await Promise.all(nodes.map((node) => mapOf(node).entrySet()))
  const entries = new Map(found[0])
  for (const each of found) expect(new Map(each)).toEqual(entries)
  return { nodes, told, entries }
}

const counted = (entries: ReadonlyMap<string, number>, prefix: string): number =>
  [...entries.keys()].filter((key) => key.startsWith(prefix)).length

const SHAPES = [
  { masters: 3, cutOff: 1 },
  { masters: 3, cutOff: 2 },
]

describe('two sides of a split become one', () => {
  for (const shape of SHAPES) {
    const side = `${shape.cutOff} of ${shape.masters} cut off`

    test(`the latest update wins, with ${side}`, () =>
      simulate(1, async (world) => {
        const { entries, told } = await split(world, { mergePolicy: 'latest-update' }, shape)
        expect(counted(entries, 'before')).toBe(50)
        expect(counted(entries, 'small')).toBe(50)
        expect(counted(entries, 'large')).toBe(50)
        for (let at = 0; at < 50; at += 1) {
          expect([at, entries.get(`both${at}`)]).toEqual([at, at % 2 === 0 ? 2 : 1])
        }
        expect(told.filter(({ kind }) => kind === 'failed')).toEqual([])
        expect(told.some(({ kind }) => kind === 'merged')).toBe(true)
      }))
  }

  test('discard keeps nothing of the side that gives way, and sends nothing', () =>
    simulate(2, async (world) => {
      const { entries, told } = await split(world, { mergePolicy: 'discard' }, SHAPES[0]!)
      expect(counted(entries, 'before')).toBe(50)
      expect(counted(entries, 'large')).toBe(50)
      expect(counted(entries, 'small')).toBe(0)
      for (let at = 0; at < 50; at += 1) expect(entries.get(`both${at}`)).toBe(2)
      expect(told).toEqual([])
    }))

  test('put-if-absent keeps what is there, pass-through what comes', () =>
    simulate(3, async (world) => {
      const kept = await split(world, { mergePolicy: 'put-if-absent' }, SHAPES[0]!)
      expect(counted(kept.entries, 'small') + counted(kept.entries, 'large')).toBe(100)
      for (let at = 0; at < 50; at += 1) expect(kept.entries.get(`both${at}`)).toBe(2)
    }))

  test('pass-through takes what comes', () =>
    simulate(4, async (world) => {
      const { entries } = await split(world, { mergePolicy: 'pass-through' }, SHAPES[0]!)
      expect(counted(entries, 'small') + counted(entries, 'large')).toBe(100)
      for (let at = 0; at < 50; at += 1) expect(entries.get(`both${at}`)).toBe(1)
    }))

  test('a function of the user decides, and listeners hear what was merged', () =>
    simulate(5, async (world) => {
      const { entries } = await split(world, { mergePolicy: 'sum' }, SHAPES[0]!)
      for (let at = 0; at < 50; at += 1) expect(entries.get(`both${at}`)).toBe(3)
      expect(entries.get('small7')).toBe(1007)
    }))

  test('a function that no member has is told, and nothing of the other side is harmed', () =>
    simulate(6, async (world) => {
      const { entries, told } = await split(world, { mergePolicy: 'nobodys' }, SHAPES[0]!)
      expect(counted(entries, 'large')).toBe(50)
      expect(counted(entries, 'small')).toBe(0)
      const failed = told.filter(({ kind }) => kind === 'failed')
      expect(failed).not.toHaveLength(0)
      expect(failed[0]).toMatchObject({ service: 'map', name: 'm' })
    }))

  test('listeners are told of entries that were merged, and of no others', () =>
    simulate(7, async (world) => {
      const { nodes } = await startMaps(world, { masters: 3 }, { mergePolicy: 'latest-update' })
      const [small, large] = [mapOf(nodes[0]!), mapOf(nodes[2]!)]
      for (let at = 0; at < 20; at += 1) await small.set(`before${at}`, at)
      const merged: [string, number | null, number | null][] = []
      await large.addEntryListener({
        merged: ({ key, value, oldValue }) => merged.push([key, value, oldValue]),
      })
      const heal = await cutOff(world, nodes, 1)
      await large.set('both', 1)
      await world.sleep(10)
      await small.set('both', 2)
      await small.set('new', 3)
      heal()
      await mended(world, nodes)
      await world.until('told', () => merged.length > 1, 10_000)
      expect(merged.sort()).toEqual([
        ['both', 2, 1],
        ['new', 3, null],
      ])
    }))
})

describe('other structures of two sides become one', () => {
  const started = async (world: SimWorld, mergePolicy: string) => {
    const each = { default: { mergePolicy } }
    const nodes = startGridCluster(world, {
      masters: 3,
      structures: () => [
        createQueues(each),
        createLists(each),
        createSets(each),
        createMultiMaps(each),
        createRingbuffers(each),
        createAtomicLongs({}),
      ],
    })
    await world.until('safe', () => isSafe(nodes, false), 20_000)
    return nodes
  }
  const structuresOf = ({ node, grid }: GridNode) => {
    const context = { host: node.machine.host, invoker: grid!.invoker }
    return {
      queue: (name: string) => createQueue<string>(context, name),
      list: (name: string) => createList<string>(context, name),
      set: (name: string) => createSet<string>(context, name),
      multiMap: createMultiMap<string, string>(context, 'm'),
      ringbuffer: (name: string) => createRingbuffer<string>(context, name),
      counter: (name: string) => createAtomicLong(context, name),
    }
  }
  const fill = async (node: GridNode, side: string, names: readonly string[]): Promise<void> => {
    const { queue, list, set, multiMap, ringbuffer, counter } = structuresOf(node)
    for (const name of names) {
      await queue(name).addAll([`${side}1`, `${side}2`])
      await list(name).addAll([`${side}1`, `${side}2`])
      await set(name).addAll([`${side}1`, `${side}2`])
      await multiMap.put(name, `${side}1`)
      await multiMap.put(name, `${side}2`)
      await ringbuffer(name).addAll([`${side}1`, `${side}2`])
      await counter(name).set(side === 'small' ? 1n : 2n)
    }
  }
  const found = async (node: GridNode, name: string) => {
    const { queue, list, set, multiMap, ringbuffer, counter } = structuresOf(node)
    const { items } = await ringbuffer(name).readMany(0, 0, 10)
    return {
      queue: await queue(name).toArray(),
      list: await list(name).toArray(),
      set: await set(name).toArray(),
      multiMap: await multiMap.get(name),
      ringbuffer: items.map(({ item }) => item),
      counter: await counter(name).get(),
    }
  }
  const allOf = (side: string, counter: bigint) => {
    const items = [`${side}1`, `${side}2`]
    return { queue: items, list: items, set: items, multiMap: items, ringbuffer: items, counter }
  }
  const mendedWith = async (world: SimWorld, mergePolicy: string): Promise<GridNode> => {
    const nodes = await started(world, mergePolicy)
    const heal = await cutOff(world, nodes, 1)
    await fill(nodes[0]!, 'small', ['both', 'one'])
    await fill(nodes[2]!, 'large', ['both', 'other'])
    heal()
    await mended(world, nodes)
    return nodes[1]!
  }

  test('put-if-absent keeps what is there, each as a whole', () =>
    simulate(20, async (world) => {
      const node = await mendedWith(world, 'put-if-absent')
      expect(await found(node, 'both')).toEqual(allOf('large', 2n))
      expect(await found(node, 'one')).toEqual(allOf('small', 1n))
      expect(await found(node, 'other')).toEqual(allOf('large', 2n))
    }))

  test('pass-through takes what comes, save for counters', () =>
    simulate(21, async (world) => {
      const node = await mendedWith(world, 'pass-through')
      const both = await found(node, 'both')
      expect(both).toEqual(allOf('small', 2n))
      // Readers of the larger side go on: what came has the next sequences.
      expect(await structuresOf(node).ringbuffer('both').headSequence()).toBe(2)
      expect(await found(node, 'one')).toEqual(allOf('small', 1n))
      expect(await found(node, 'other')).toEqual(allOf('large', 2n))
    }))

  test('a long queue comes in many batches, in its order', () =>
    simulate(22, async (world) => {
      const nodes = await started(world, 'put-if-absent')
      const heal = await cutOff(world, nodes, 1)
      const items = Array.from({ length: 3000 }, (_, at) => `${at}`.padEnd(300, '.'))
      const { queue } = structuresOf(nodes[0]!)
      for (let at = 0; at < items.length; at += 500) {
        await queue('long').addAll(items.slice(at, at + 500))
      }
      heal()
      const taken = structuresOf(nodes[2]!).queue('long').poll(60_000)
      await mended(world, nodes)
      expect(await taken).toBe(items[0]!)
      expect(await structuresOf(nodes[1]!).queue('long').toArray()).toEqual(items.slice(1))
    }))
})

describe('with split-brain protection', () => {
  test('nothing acknowledged is lost, and nothing of the smaller side appears', () =>
    simulate(8, async (world) => {
      const shape = { masters: 3, quorum: true }
      const { nodes, told } = await startMaps(world, shape, { mergePolicy: 'pass-through' })
      const [small, large] = [mapOf(nodes[0]!), mapOf(nodes[2]!)]
      for (let at = 0; at < 50; at += 1) await small.set(`key${at}`, 1)
      const heal = await cutOff(world, nodes, 1)
      const refused = Array.from({ length: 10 }, (_, at) =>
        small.set(`key${at}`, 2).then(
          () => 'answered',
          ({ code }: EngineError) => code,
        ),
      )
      for (let at = 0; at < 50; at += 1) await large.set(`key${at}`, 3)
      await world.sleep(61_000)
      const outcomes: readonly string[] = await Promise.all(refused)
      expect(outcomes).not.toContain('answered')
      heal()
      await mended(world, nodes)
      for (let at = 0; at < 50; at += 1) {
        // What was under way to the larger side may have arrived late, and was told to be in doubt.
        const mayBe = outcomes[at] === 'GRD-002' ? [2, 3] : [3]
        expect(mayBe).toContain((await large.get(`key${at}`))!)
      }
      expect(told.filter((event) => event.kind === 'merged' && event.taken > 0)).toEqual([])
    }))

  test('what the larger side has lost comes back with the smaller one', () =>
    simulate(9, async (world) => {
      const { nodes } = await startMaps(
        world,
        { masters: 3, quorum: true },
        { mergePolicy: 'discard', backupCount: 0 },
      )
      const large = mapOf(nodes[2]!)
      for (let at = 0; at < 100; at += 1) await large.set(`key${at}`, 1)
      const heal = await cutOff(world, nodes, 1)
      const left = await large.size()
      expect(left).toBeWithin(1, 100)
      await large.set('key0', 2)
      heal()
      await mended(world, nodes)
      expect(await large.size()).toBe(100)
      expect(await large.get('key0')).toBe(2)
    }))
})
