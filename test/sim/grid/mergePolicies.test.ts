import { expect, test } from 'bun:test'
import type { MergePolicy } from '../../../members/grid/settings.ts'
import type { MergeFunctions } from '../../../members/grid/structures/mergePolicies.ts'
import type { GridMap } from '../../../members/grid/structures/map/index.ts'
import { simulate, type SimWorld } from '../host/index.ts'
import { cutOff, mapOf, mended, startMaps } from './twoSides.ts'

/** What the sides of a split do with a key, one step after the other. */
type Side = 'small' | 'large'
type Step = readonly [
  side: Side,
  act: (map: GridMap<string, string>, key: string) => Promise<unknown>,
]

const HOUR_MS = 3_600_000
const set = (side: Side, ttlMs = 0): Step => [side, (map, key) => map.set(key, side, { ttlMs })]
const read = (side: Side): Step => [side, (map, key) => map.get(key)]
const remove = (side: Side): Step => [side, (map, key) => map.delete(key)]

/** The side whose value stays, by policy; null for none. The smaller side gives way. */
type Winners = Readonly<Record<string, Side | null>>

const mergeFunctions: MergeFunctions = {
  'fewer-hits': (merging, existing) =>
    ((existing?.hits ?? Infinity) < merging.hits ? existing!.value : merging.value) as string,
}

interface Case {
  readonly steps: readonly Step[]
  readonly winners: Winners
}

/** Of keys that one side alone has, or that were changed in this or that order. */
const CASES: Readonly<Record<string, Case>> = {
  'only the smaller side has it': {
    steps: [set('small'), read('small')],
    winners: {
      discard: null,
      'pass-through': 'small',
      'put-if-absent': 'small',
      'latest-update': 'small',
      'latest-access': 'small',
      'higher-hits': 'small',
      'expiration-time': 'small',
      'fewer-hits': 'small',
    },
  },
  'only the larger side has it': {
    steps: [set('large'), read('large')],
    winners: {
      discard: 'large',
      'pass-through': 'large',
      'put-if-absent': 'large',
      'latest-update': 'large',
      'latest-access': 'large',
      'higher-hits': 'large',
      'expiration-time': 'large',
      'fewer-hits': 'large',
    },
  },
  'the smaller side wrote last, the larger one read last': {
    steps: [set('large'), set('small'), read('large')],
    winners: {
      discard: 'large',
      'pass-through': 'small',
      'put-if-absent': 'large',
      'latest-update': 'small',
      'latest-access': 'large',
      'higher-hits': 'large',
      'expiration-time': 'small',
      'fewer-hits': 'small',
    },
  },
  'the larger side wrote last, the smaller one read last': {
    steps: [set('small'), set('large'), read('small')],
    winners: {
      discard: 'large',
      'pass-through': 'small',
      'put-if-absent': 'large',
      'latest-update': 'large',
      'latest-access': 'small',
      'higher-hits': 'small',
      'expiration-time': 'small',
      'fewer-hits': 'large',
    },
  },
  'the smaller side read more often, the larger one later': {
    steps: [set('small'), set('large'), read('small'), read('small'), read('large')],
    winners: {
      discard: 'large',
      'pass-through': 'small',
      'put-if-absent': 'large',
      'latest-update': 'large',
      'latest-access': 'large',
      'higher-hits': 'small',
      'expiration-time': 'small',
      'fewer-hits': 'large',
    },
  },
  'the larger side read more often, the smaller one later': {
    steps: [set('large'), set('small'), read('large'), read('large'), read('small')],
    winners: {
      discard: 'large',
      'pass-through': 'small',
      'put-if-absent': 'large',
      'latest-update': 'small',
      'latest-access': 'small',
      'higher-hits': 'large',
      'expiration-time': 'small',
      'fewer-hits': 'small',
    },
  },
  'it lives longer with the larger side': {
    steps: [set('large', 2 * HOUR_MS), set('small', HOUR_MS)],
    winners: {
      discard: 'large',
      'pass-through': 'small',
      'put-if-absent': 'large',
      'latest-update': 'small',
      'latest-access': 'small',
      'higher-hits': 'small',
      'expiration-time': 'large',
      'fewer-hits': 'small',
    },
  },
  'it lives for ever with the larger side': {
    steps: [set('large'), set('small', HOUR_MS)],
    winners: {
      discard: 'large',
      'pass-through': 'small',
      'put-if-absent': 'large',
      'latest-update': 'small',
      'latest-access': 'small',
      'higher-hits': 'small',
      'expiration-time': 'large',
      'fewer-hits': 'small',
    },
  },
  'it lives for ever with the smaller side': {
    steps: [set('small'), set('large', HOUR_MS)],
    winners: {
      discard: 'large',
      'pass-through': 'small',
      'put-if-absent': 'large',
      'latest-update': 'large',
      'latest-access': 'large',
      'higher-hits': 'small',
      'expiration-time': 'small',
      'fewer-hits': 'small',
    },
  },
  'its time is over with the smaller side': {
    steps: [set('small', 1), set('large', HOUR_MS)],
    winners: {
      discard: 'large',
      'pass-through': 'large',
      'put-if-absent': 'large',
      'latest-update': 'large',
      'latest-access': 'large',
      'higher-hits': 'large',
      'expiration-time': 'large',
      'fewer-hits': 'large',
    },
  },
  'the larger side removed it': {
    steps: [set('small'), set('large'), remove('large')],
    winners: {
      discard: null,
      'pass-through': 'small',
      'put-if-absent': 'small',
      'latest-update': 'small',
      'latest-access': 'small',
      'higher-hits': 'small',
      'expiration-time': 'small',
      'fewer-hits': 'small',
    },
  },
}

const POLICIES = Object.keys(Object.values(CASES)[0]!.winners)

/** Splits three members, does the steps of all cases, mends it, and tells what is left of each. */
const mergedBy = async (world: SimWorld, mergePolicy: MergePolicy) => {
  const { nodes } = await startMaps(world, { masters: 3, mergeFunctions }, { mergePolicy })
  const heal = await cutOff(world, nodes, 1)
  const maps = { small: mapOf<string>(nodes[0]!), large: mapOf<string>(nodes[2]!) }
  for (const [key, { steps }] of Object.entries(CASES)) {
    for (const [side, act] of steps) {
      await act(maps[side], key)
      await world.sleep(10)
    }
  }
  heal()
  await mended(world, nodes)
  const left = Object.keys(CASES).map(async (key): Promise<[string, string | null]> => [
    key,
    await maps.large.get(key),
  ])
  return Object.fromEntries(await Promise.all(left))
}

test.each(POLICIES)('%s says whose value stays', (policy) =>
  simulate(1, async (world) => {
    const expected = Object.entries(CASES).map(([key, { winners }]) => [key, winners[policy]])
    expect(await mergedBy(world, policy)).toEqual(Object.fromEntries(expected))
  }),
)

test.each(['latest-access', 'higher-hits', 'expiration-time'])(
  '%s says so too when the side that gives way was written to last, and its times stay',
  (policy) =>
    simulate(2, async (world) => {
      const { nodes } = await startMaps(world, { masters: 3 }, { mergePolicy: policy })
      const heal = await cutOff(world, nodes, 1)
      const [small, large] = [mapOf<string>(nodes[0]!), mapOf<string>(nodes[2]!)]
      await large.set('key', 'large', { ttlMs: HOUR_MS })
      await world.sleep(10)
      await small.set('key', 'small', { ttlMs: 2 * HOUR_MS })
      await small.get('key')
      const before = await small.getEntryView('key')
      heal()
      await mended(world, nodes)
      const after = await large.getEntryView('key')
      expect(after).toEqual(before)
    }),
)
