import type { GridCore } from '../../../members/grid/start.ts'
import { EngineError } from '../../../runtime/errors/index.ts'
import type { SimWorld } from '../host/index.ts'
import type { GridNode } from './cluster.ts'
import type { Recorded } from './history.ts'
import type { Registers } from './registers.ts'

/** Who reads and writes while faults happen, and what they saw. */
export interface Clients {
  readonly histories: ReadonlyMap<string, readonly Recorded[]>
  /** How many operations ended, by outcome: `ok` or the code of the error. */
  readonly outcomes: ReadonlyMap<string, number>
  /** Resolves when all have ended their last operation. */
  stop(): Promise<void>
  /** Reads every key through `grid`, so that the histories tell what is left. */
  readAll(grid: GridCore): Promise<void>
}

export interface ClientsOptions {
  readonly registers: Registers
  readonly clients: number
  readonly keys: number
  /** Between two operations of a client. */
  readonly pauseMaxMs: number
}

const KINDS = ['get', 'put', 'put', 'compareAndSet', 'compareAndSet', 'remove'] as const

/** Sure not to have run. */
const NOT_RUN: readonly string[] = ['GRD-001', 'GRD-003', 'GRD-004']

export const startClients = (
  world: SimWorld,
  nodes: readonly GridNode[],
  options: ClientsOptions,
): Clients => {
  const { random } = world
  const histories = new Map<string, Recorded[]>()
  const outcomes = new Map<string, number>()
  const keys = Array.from({ length: options.keys }, (_, at) => `k${at}`)
  for (const key of keys) histories.set(key, [])
  let isOver = false
  let lastValue = 0

  const perform = async (grid: GridCore, key: string, operation: Recorded): Promise<void> => {
    const history = histories.get(key)!
    history.push(operation)
    let outcome = 'ok'
    try {
      operation.result = await options.registers.perform(grid, key, operation)
      operation.returnedMs = world.nowMs()
    } catch (thrown) {
      if (!(thrown instanceof EngineError)) throw thrown
      outcome = thrown.code
      if (NOT_RUN.includes(outcome)) history.splice(history.indexOf(operation), 1)
    }
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
  }
  const draw = (client: string, key: string): Recorded => {
    const kind = random.pick(KINDS)
    const seen = histories.get(key)!.findLast(({ result }) => typeof result === 'string')
    lastValue += 1
    return {
      client,
      kind,
      ...(kind === 'compareAndSet'
        ? { expected: random.chance(0.7) ? (seen?.value ?? (seen?.result as string)) : undefined }
        : {}),
      ...(kind === 'put' || kind === 'compareAndSet' ? { value: `v${lastValue}` } : {}),
      calledMs: world.nowMs(),
      returnedMs: Infinity,
    }
  }
  const live = async (client: string): Promise<void> => {
    while (!isOver) {
      await world.sleep(random.between(0, options.pauseMaxMs))
      const node = random.pick(nodes)
      const { grid } = node
      if (grid === undefined || !node.node.machine.isUp) continue
      const key = random.pick(keys)
      const performed = perform(grid, key, draw(client, key))
      // The answer never comes where the machine has gone down.
      await Promise.race([performed, node.down.promise])
    }
  }
  const running = Array.from({ length: options.clients }, (_, at) => live(`c${at}`))
  return {
    histories,
    outcomes,
    stop: async () => {
      isOver = true
      await Promise.all(running)
    },
    readAll: async (grid) => {
      for (const key of keys) {
        const calledMs = world.nowMs()
        await perform(grid, key, { client: 'end', kind: 'get', calledMs, returnedMs: Infinity })
      }
    },
  }
}
