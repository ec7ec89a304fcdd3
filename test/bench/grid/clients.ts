import { connect } from '../../../deploy/embedded/index.ts'
import type { Grid } from '../../../members/grid/index.ts'

/** What is measured with clients as programs use them, in a process of its own. */
export interface ClientFigures {
  /** Events that reached listeners, all together. */
  readonly eventsPerSecond: number
  /** A lock went from one client to another. */
  readonly handOffsPerSecond: number
  /** Items that one client offered and another one polled. */
  readonly itemsPerSecond: number
}

const LISTENERS = 10
const EVENTS = 20_000
const HAND_OFFS = 5000
const ITEMS = 50_000
const IN_FLIGHT = 64

const sinceSeconds = (startNs: number): number => (Bun.nanoseconds() - startNs) / 1e9

/** Runs `act` for 0 to `count` - 1, so many at once. */
const inFlight = async (count: number, act: (index: number) => Promise<unknown>): Promise<void> => {
  let next = 0
  const work = async (): Promise<void> => {
    while (next < count) {
      next += 1
      await act(next - 1)
    }
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, work))
}

const fanOut = async (open: () => Promise<Grid>): Promise<number> => {
  const writer = await open()
  const listeners = await Promise.all(Array.from({ length: LISTENERS }, open))
  const all = Promise.withResolvers<void>()
  let received = 0
  const onChange = (): void => {
    received += 1
    if (received === EVENTS * LISTENERS) all.resolve()
  }
  for (const listener of listeners) {
    await listener.map<string, string>('fan-out').addEntryListener({ added: onChange })
  }
  const map = writer.map<string, string>('fan-out')
  const startNs = Bun.nanoseconds()
  await inFlight(EVENTS, (index) => map.set(`key-${index}`, 'v'.repeat(100)))
  await all.promise
  return (EVENTS * LISTENERS) / sinceSeconds(startNs)
}

/** Both want the lock all the time, so it changes hands with each unlock. */
const handOff = async (open: () => Promise<Grid>): Promise<number> => {
  const clients = [await open(), await open()]
  const startNs = Bun.nanoseconds()
  await Promise.all(
    clients.map(async (client) => {
      const lock = client.lock('hand-off')
      for (let turn = 0; turn < HAND_OFFS / clients.length; turn += 1) {
        await lock.unlock(await lock.lock())
      }
    }),
  )
  return HAND_OFFS / sinceSeconds(startNs)
}

const queue = async (open: () => Promise<Grid>): Promise<number> => {
  const [producer, consumer] = [await open(), await open()]
  const [from, to] = [consumer.queue<string>('items'), producer.queue<string>('items')]
  const startNs = Bun.nanoseconds()
  await Promise.all([
    inFlight(ITEMS, () => to.offer('v'.repeat(100))),
    inFlight(ITEMS, () => from.take()),
  ])
  return ITEMS / sinceSeconds(startNs)
}

const measure = async (port: number, cluster: string): Promise<ClientFigures> => {
  const grids: Grid[] = []
  const open = async (): Promise<Grid> => {
    const grid = await connect({ cluster, members: [`127.0.0.1:${port}`] })
    grids.push(grid)
    return grid
  }
  const figures = {
    eventsPerSecond: await fanOut(open),
    handOffsPerSecond: await handOff(open),
    itemsPerSecond: await queue(open),
  }
  for (const grid of grids) await grid.close()
  return figures
}

if (import.meta.main) {
  const [port, cluster] = process.argv.slice(2)
  process.stdout.write(`${JSON.stringify(await measure(Number(port), cluster!))}\n`)
}
