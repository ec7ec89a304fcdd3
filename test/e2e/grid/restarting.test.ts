import { expect, test } from 'bun:test'
import { connect, type Grid } from 'tidegate'
import { createSeededRandom } from '../../sim/host/index.ts'
import { startMasters } from './masters.ts'

const ROUNDS = 3
const WRITERS = 8
const SEED = process.env['SEED'] ?? '20261122'

/** All maps are kept: each member has a folder of its own in the one where it runs. */
const KEPT = {
  'hazelcast.map.default.map-store.enabled': 'true',
  'hazelcast.map.default.map-store.initial-mode': 'EAGER',
  'hazelcast.map.default.map-store.properties.type': 'local',
  'hazelcast.map.default.map-store.properties.namespace': 'kept',
  'hazelcast.map.default.map-store.properties.fsync': 'always',
}

/** Writes until it is over; what is acknowledged has to be there ever after. */
const write = async (
  grid: Grid,
  id: string,
  acknowledged: Map<string, string>,
  isOver: () => boolean,
): Promise<number> => {
  const map = grid.map<string, string>('entries')
  let failures = 0
  for (let at = 1; !isOver(); at += 1) {
    try {
      await map.set(`${id}-${at}`, `value ${at}`)
      acknowledged.set(`${id}-${at}`, `value ${at}`)
    } catch (thrown) {
      failures += 1
      if (!(thrown as { code?: string }).code?.startsWith('GRD-')) throw thrown
    }
  }
  return failures
}

const connectTo = (cluster: string, addresses: readonly string[]): Promise<Grid> =>
  connect({ cluster, members: [...addresses] })

test('masters that are all killed at once come back with every acknowledged entry', async () => {
  const random = createSeededRandom(SEED)
  await using running = await startMasters({ settings: KEPT })
  const { masters, addresses, cluster } = running
  const acknowledged = new Map<string, string>()
  let failures = 0
  for (let round = 0; round < ROUNDS; round += 1) {
    const client = await connectTo(cluster, addresses)
    let isOver = false
    const writers = Array.from({ length: WRITERS }, (_, at) =>
      write(client, `${round}-${at}`, acknowledged, () => isOver),
    )
    await Bun.sleep(700 + random.next() * 800)
    await Promise.all(masters.map((master) => master.kill()))
    isOver = true
    await client.close()
    for (const count of await Promise.all(writers)) failures += count
    // In any order, some while others are not there yet.
    const order = masters.toSorted(() => random.next() - 0.5)
    await Promise.all(
      order.map(async (master, at) => {
        await Bun.sleep(at * random.next() * 500)
        await master.start()
      }),
    )
  }
  await using client = await connectTo(cluster, addresses)
  const map = client.map<string, string>('entries')
  const found = await map.getAll(acknowledged.keys())
  const lost = [...acknowledged].filter(([key, value]) => found.get(key) !== value)
  console.log(
    `${acknowledged.size} entries acknowledged, ${failures} calls failed, ` +
      `all masters killed ${ROUNDS} times: ${lost.length} lost`,
  )
  expect(lost).toEqual([])
  expect(acknowledged.size).toBeGreaterThan(ROUNDS * WRITERS)
}, 120_000)
