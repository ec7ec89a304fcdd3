import { expect, test } from 'bun:test'
import { ByteSink } from '../../../members/grid/bytes/index.ts'
import { simulate } from '../host/index.ts'
import { isSafe, liveGrids, startGridCluster } from './cluster.ts'
import { createKeyValue, KEY_VALUE, OPERATIONS, readOptional } from './keyValue.ts'

test('a member that dies takes nothing with it', () =>
  simulate(1, async (world) => {
    const nodes = startGridCluster(world, { masters: 3, structures: () => [createKeyValue(1)] })
    await world.until('safe', () => isSafe(nodes, false), 20_000)
    const argumentsOf = (...texts: string[]): Uint8Array => {
      const sink = new ByteSink()
      for (const text of texts) sink.text(text)
      return sink.copy()
    }
    const call = async (operation: number, partition: number, ...texts: string[]) =>
      readOptional(
        await liveGrids(nodes)[0]!.invoker.invoke({
          serviceId: KEY_VALUE,
          operation,
          name: 'a',
          partition,
          arguments: argumentsOf(...texts),
          isIdempotent: true,
        }),
      )
    for (let partition = 0; partition < 11; partition += 1) {
      expect(await call(OPERATIONS.put, partition, 'k', `v${partition}`)).toBeUndefined()
    }
    for (const at of [2, 1, 0]) {
      nodes[at]!.node.machine.crash()
      await world.sleep(20_000)
      for (let partition = 0; partition < 11; partition += 1) {
        expect(await call(OPERATIONS.get, partition, 'k')).toBe(`v${partition}`)
      }
      nodes[at]!.node.machine.restart()
      await world.until('safe again', () => isSafe(nodes, false), 40_000)
    }
  }))
