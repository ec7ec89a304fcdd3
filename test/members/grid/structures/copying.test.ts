import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { ByteSink, ByteSource } from '../../../../members/grid/bytes/index.ts'
import type { GridInvoker } from '../../../../members/grid/operations/invoker.ts'
import { createList, createLists } from '../../../../members/grid/structures/list/index.ts'
import {
  createMultiMap,
  createMultiMaps,
} from '../../../../members/grid/structures/multimap/index.ts'
import { MultiMapState } from '../../../../members/grid/structures/multimap/state.ts'
import { createQueue, createQueues } from '../../../../members/grid/structures/queue/index.ts'
import {
  createRingbuffer,
  createRingbuffers,
} from '../../../../members/grid/structures/ringbuffer/index.ts'
import { createSet, createSets } from '../../../../members/grid/structures/set/index.ts'
import type { ProxyContext } from '../../../../members/grid/structures/proxy.ts'
import type { FragmentCall, Structure } from '../../../../members/grid/structures/structure.ts'
import { createRealHost } from '../../../../runtime/host/index.ts'

const COPY_BYTES_MAX = 40

/** A fragment that is copied bit by bit while calls go on: their effects come between the pieces. */
const copying = (structure: Structure) => {
  const host = createRealHost()
  const create = () => structure.createFragment({ host, name: 'n', partition: 0, wake: () => {} })
  const primary = create()
  const backup = create()
  let cursor: number | undefined = 0
  let hasBegun = false
  let isTakenOver = false
  const invoker: Pick<GridInvoker, 'callerId' | 'partitionCount' | 'invoke'> = {
    callerId: 'caller',
    partitionCount: 1,
    async invoke({ operation, arguments: bytes }) {
      const [effects, result] = [new ByteSink(), new ByteSink()]
      const call: FragmentCall = {
        nowMs: 0,
        effects,
        result,
        isAlone: false,
        hasListeners: false,
        publish: () => {},
        operation,
        arguments: new ByteSource(bytes),
        caller: 'caller',
        turn: 1,
        park: () => {},
      }
      if (isTakenOver) {
        backup.execute(call)
        return new ByteSource(result.copy())
      }
      primary.execute(call)
      // What is before the first piece of the copy is not sent to the new backup.
      if (hasBegun) backup.apply(new ByteSource(effects.copy()))
      return new ByteSource(result.copy())
    },
  }
  const step = (): void => {
    if (cursor === undefined) return
    hasBegun = true
    const effects = new ByteSink()
    cursor = primary.copy(cursor, effects, COPY_BYTES_MAX)
    backup.apply(new ByteSource(effects.copy()))
  }
  return {
    context: { host, invoker: invoker as GridInvoker } satisfies ProxyContext,
    step,
    /** Ends the copy, which must look and answer as what it was made of. */
    async finish(readAll: () => Promise<unknown>) {
      while (cursor !== undefined) step()
      expect(backup.digest()).toBe(primary.digest())
      expect(backup.sizes()).toEqual(primary.sizes())
      const original = await readAll()
      isTakenOver = true
      expect(await readAll()).toEqual(original)
    },
  }
}

type Copying = ReturnType<typeof copying>
type Action = (choice: number) => Promise<unknown>

/** Actions in any order with pieces of the copy between them lead to the same in the copy. */
const isCopied = (
  name: string,
  structure: Structure,
  trialOf: (context: Copying['context']) => {
    readonly actions: readonly Action[]
    readonly readAll: () => Promise<unknown>
  },
): void =>
  test(`${name} is copied while it changes`, async () => {
    const step = fc.record({
      action: fc.nat(99),
      choice: fc.nat(20),
      copies: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 60, size: 'max' }),
        fc.nat(40),
        async (steps, before) => {
          const trial = copying(structure)
          const { actions, readAll } = trialOf(trial.context)
          for (const [index, { action, choice, copies }] of steps.entries()) {
            await actions[action % actions.length]!(choice)
            if (copies && index > before) trial.step()
          }
          await trial.finish(readAll)
        },
      ),
      { numRuns: 150 },
    )
  })

isCopied('a queue', createQueues({}), (context) => {
  const queue = createQueue<number>(context, 'n')
  const actions: Action[] = [
    (choice) => queue.offer(choice),
    (choice) => queue.addAll([choice, choice + 1, choice + 2]),
    () => queue.poll(),
    (choice) => queue.remove(choice),
  ]
  return { actions, readAll: () => queue.toArray() }
})

isCopied('a list', createLists({}), (context) => {
  const list = createList<number>(context, 'n')
  const anywhere = async (choice: number): Promise<number> => choice % ((await list.size()) + 1)
  const actions: Action[] = [
    (choice) => list.add(choice),
    async (choice) => list.addAt(await anywhere(choice), choice),
    // Close together, until there is no room between the positions.
    (choice) => list.addAll([choice, choice]).then(() => list.addAt(1, choice)),
    (choice) => list.remove(choice),
    (choice) => list.retainAll([choice, choice + 1, choice + 2, choice + 3, choice + 4]),
    () => list.clear(),
  ]
  return { actions, readAll: () => list.toArray() }
})

isCopied('a set', createSets({}), (context) => {
  const set = createSet<number>(context, 'n')
  const actions: Action[] = [
    (choice) => set.add(choice),
    (choice) => set.addAll([choice, choice + 5]),
    (choice) => set.remove(choice),
  ]
  return { actions, readAll: async () => [await set.toArray(), await set.contains(3)] }
})

isCopied('a multimap', createMultiMaps({}), (context) => {
  const multiMap = createMultiMap<number, number>(context, 'n')
  const actions: Action[] = [
    (choice) => multiMap.put(choice % 3, choice),
    (choice) => multiMap.put(choice % 3, choice + 1),
    (choice) => multiMap.remove(choice % 3, choice),
    (choice) => (choice < 3 ? multiMap.removeAll(choice) : multiMap.put(choice, choice)),
  ]
  return { actions, readAll: () => Promise.all([0, 1, 2, 3].map((key) => multiMap.get(key))) }
})

isCopied('a ringbuffer', createRingbuffers({ n: { capacity: 10 } }), (context) => {
  const ringbuffer = createRingbuffer<number>(context, 'n')
  const actions: Action[] = [
    (choice) => ringbuffer.add(choice),
    (choice) => ringbuffer.addAll([choice, choice, choice]),
  ]
  return { actions, readAll: () => ringbuffer.readMany(0, 0, 100) }
})

test('a multimap that has half a copy has the values of a key in their order', () => {
  const state = new MultiMapState()
  const [sink, key] = [new ByteSink(), new Uint8Array([7])]
  for (const position of [5, 3, 4]) {
    sink.u8(1)
    sink.f64(position)
    sink.bytes(key)
    sink.bytes(new Uint8Array([position]))
  }
  state.apply(new ByteSource(sink.copy()))
  expect(state.of(key).map(({ value }) => value[0])).toEqual([3, 4, 5])
})
