import { expect, test } from 'bun:test'
import { join, type JoinOptions } from '../../deploy/embedded/index.ts'
import type { Grid, MapStoreSettings } from '../../members/grid/index.ts'

/** A place where entries of maps outlive a cluster. */
export interface StoreUnderTest {
  readonly settings: MapStoreSettings
  /** Of members that shall find again what they kept themselves. */
  readonly port?: number
}

export const storeSettings = (change: Partial<MapStoreSettings> = {}): MapStoreSettings => ({
  enabled: true,
  initialMode: 'EAGER',
  factoryClassName: undefined,
  className: undefined,
  writeDelaySeconds: 0,
  writeBatchSize: 1,
  writeCoalescing: true,
  properties: {},
  ...change,
})

/** A cluster of one member, in this process. */
export const aloneWith = (
  { settings, port = 0 }: StoreUnderTest,
  change: JoinOptions = {},
): Promise<Grid> =>
  join({
    members: [],
    port,
    partitionCount: 7,
    maps: { 'kept*': { mapStore: settings } },
    ...change,
  })

/** What all places of maps promise: a new cluster has what the one before has acknowledged. */
export const mapStoreContract = (
  name: string,
  withStore: (use: (store: StoreUnderTest) => Promise<void>) => Promise<void>,
): void => {
  const lifeAfterLife = (
    initialMode: MapStoreSettings['initialMode'],
    ...lives: ((grid: Grid) => Promise<void>)[]
  ): Promise<void> =>
    withStore(async (store) => {
      for (const live of lives) {
        const settings = { ...store.settings, initialMode }
        await using grid = await aloneWith({ ...store, settings })
        await live(grid)
      }
    })

  test.each(['EAGER', 'LAZY'] as const)(
    `${name}: a map begins %s with what was acknowledged`,
    (mode) =>
      lifeAfterLife(
        mode,
        async (grid) => {
          const map = grid.map<string>('kept')
          await map.set('a', 1)
          await map.put('b', { deep: ['x'] })
          await map.putAll(new Map(Array.from({ length: 50 }, (_, at) => [`many ${at}`, at])))
          await map.set('c', 1)
          await map.set('c', 2)
          expect(await map.remove('a')).toBe(1)
        },
        async (grid) => {
          const map = grid.map<string>('kept')
          expect(await map.get('a')).toBeNull()
          expect(await map.get('b')).toEqual({ deep: ['x'] })
          expect(await map.size()).toBe(52)
          expect(await map.put('c', 3)).toBe(2)
          await map.delete('b')
        },
        async (grid) => {
          const map = grid.map<string>('kept')
          expect(await map.get('c')).toBe(3)
          expect(await map.containsKey('b')).toBe(false)
          expect((await map.getAll(['many 1', 'c', 'nobody'])).size).toBe(2)
          await map.clear()
        },
        async (grid) => expect(await grid.map('kept').size()).toBe(0),
      ),
  )

  test(`${name}: maps are apart, and only those that are to be are kept`, () =>
    lifeAfterLife(
      'EAGER',
      async (grid) => {
        await grid.map('kept one').set('key', 'one')
        await grid.map('kept two').set('key', 'two')
        await grid.map('other').set('key', 'other')
      },
      async (grid) => {
        expect(await grid.map('kept one').get('key')).toBe('one')
        expect(await grid.map('kept two').get('key')).toBe('two')
        expect(await grid.map('other').get('key')).toBeNull()
      },
    ))
}
