import { freePort } from '../../../servers/freePorts.ts'
import { describe, expect, test } from 'bun:test'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import type { UserMapStore } from '../../../../members/grid/mapstores/index.ts'
import { aloneWith, mapStoreContract, storeSettings } from '../../../contract/mapStoreContract.ts'
import { startObjectServer } from '../../../servers/objectStore.ts'

const FACTORY = 'org.apache.seatunnel.engine.server.persistence.FileMapStoreFactory'

const withFolder = async (use: (folder: string) => Promise<void>): Promise<void> => {
  const folder = await mkdtemp(joinPath(tmpdir(), 'tidegate-stores-'))
  try {
    await use(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

mapStoreContract('local files', (use) =>
  withFolder(async (folder) => {
    const properties = {
      type: 'hdfs',
      namespace: folder,
      clusterName: 'cluster',
      'storage.type': 'hdfs',
      'fs.defaultFS': 'file:///',
    }
    const settings = storeSettings({ factoryClassName: FACTORY, properties })
    await use({ settings, port: freePort() })
  }),
)

mapStoreContract('S3', async (use) => {
  await using server = startObjectServer('me')
  const properties = {
    type: 'hdfs',
    namespace: '/imap',
    clusterName: 'cluster',
    'storage.type': 's3',
    's3.bucket': 's3a://maps',
    'fs.s3a.endpoint': server.url,
    'fs.s3a.access.key': 'me',
    'fs.s3a.secret.key': 'secret',
  }
  await use({ settings: storeSettings({ factoryClassName: FACTORY, properties }) })
})

/** As a user writes one: a JSON file for each map. */
const MODULE = `
import { readFileSync, writeFileSync, existsSync } from 'node:fs'

export default (mapName: string, properties: Record<string, string>) => {
  const path = properties.folder + '/' + mapName + '.json'
  const read = () => new Map<string, unknown>(existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : [])
  const change = (act: (entries: Map<string, unknown>) => void) => {
    const entries = read()
    act(entries)
    writeFileSync(path, JSON.stringify([...entries]))
  }
  return {
    load: (key: string) => read().get(key),
    loadAllKeys: () => read().keys(),
    store: (key: string, value: unknown) => {
      if (value === 'poison') throw new Error('no poison here')
      if (value === 'for ever') for (;;) {}
      change((entries) => entries.set(key, value))
    },
    delete: (key: string) => change((entries) => entries.delete(key)),
  }
}
`

const withModule = (use: (folder: string, className: string) => Promise<void>): Promise<void> =>
  withFolder(async (folder) => {
    const className = joinPath(folder, 'store.ts')
    await writeFile(className, MODULE)
    await use(folder, className)
  })

mapStoreContract('a module of the user', (use) =>
  withModule((folder, className) =>
    use({ settings: storeSettings({ className, properties: { folder } }) }),
  ),
)

/** A store that the test looks into. */
const createMemory = () => {
  const entries = new Map<unknown, unknown>()
  const calls: string[] = []
  const state = { failures: 0 }
  const implementation: UserMapStore = {
    load: (key) => {
      calls.push(`load ${key}`)
      return entries.get(key)
    },
    loadAllKeys: () => entries.keys(),
    store: (key, value) => {
      calls.push(`store ${key}`)
      if (state.failures > 0) {
        state.failures -= 1
        throw new Error('the store is closed for today')
      }
      entries.set(key, value)
    },
    storeAll: (stored) => {
      calls.push(`storeAll ${stored.size}`)
      for (const [key, value] of stored) entries.set(key, value)
    },
    delete: (key) => {
      calls.push(`delete ${key}`)
      entries.delete(key)
    },
  }
  return { entries, calls, state, implementation }
}

mapStoreContract('an object of the program', async (use) => {
  const byName = new Map<string, UserMapStore>()
  const implementation = (mapName: string): UserMapStore => {
    const known = byName.get(mapName) ?? createMemory().implementation
    byName.set(mapName, known)
    return known
  }
  await use({ settings: storeSettings({ implementation }) })
})

const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await Bun.sleep(10)
}

const codeOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'done',
    (thrown: { code?: string }) => thrown.code ?? String(thrown),
  )

describe('a map with a store', () => {
  test('writes through: a write is answered when the store has it', async () => {
    const { entries, implementation } = createMemory()
    await using grid = await aloneWith({ settings: storeSettings({ implementation }) })
    const map = grid.map<string, number>('kept')
    await map.set('a', 1)
    expect(entries.get('a')).toBe(1)
    await map.putTransient('b', 2, { ttlMs: 60_000 })
    expect(entries.has('b')).toBe(false)
    await map.evict('a')
    expect(entries.has('a')).toBe(true)
    expect(await map.get('a')).toBe(1)
  })

  test('reads through: what it does not have is looked for there, each time', async () => {
    const { entries, calls, implementation } = createMemory()
    const { loadAllKeys: _, ...withoutKeys } = implementation
    await using grid = await aloneWith({ settings: storeSettings({ implementation: withoutKeys }) })
    const map = grid.map<string, number>('kept')
    entries.set('a', 1)
    expect(await map.get('a')).toBe(1)
    expect(await map.get('a')).toBe(1)
    expect(calls).toEqual(['load a'])
    expect(await map.get('b')).toBeNull()
    entries.set('b', 2)
    expect(await map.putIfAbsent('b', 3)).toBe(2)
    expect(await map.remove('b')).toBe(2)
    expect(entries.has('b')).toBe(false)
  })

  test('does not find in the store what is being removed there', async () => {
    const { entries, calls, implementation } = createMemory()
    const mayRemove = Promise.withResolvers<void>()
    const slow: UserMapStore = {
      ...implementation,
      delete: async (key) => {
        calls.push(`delete ${key}`)
        await mayRemove.promise
        entries.delete(key)
      },
    }
    await using grid = await aloneWith({ settings: storeSettings({ implementation: slow }) })
    const map = grid.map<string, number>('kept')
    await map.set('a', 1)
    const removed = map.delete('a')
    const found = map.get('a')
    await until(() => calls.includes('delete a'))
    mayRemove.resolve()
    await removed
    expect(await found).toBeNull()
    expect(await map.get('a')).toBeNull()
  })

  test('tells what the store refuses, and then has what the store has', async () => {
    const { state, implementation } = createMemory()
    await using grid = await aloneWith({ settings: storeSettings({ implementation }) })
    const map = grid.map<string, number>('kept')
    await map.set('a', 1)
    state.failures = 1
    expect(await codeOf(map.set('a', 2))).toBe('GRD-041')
    expect(await map.get('a')).toBe(1)
  })

  test('writes behind: later, the last value of each key, and again after a failure', async () => {
    const { entries, calls, state, implementation } = createMemory()
    const settings = storeSettings({ implementation, writeDelaySeconds: 1, writeBatchSize: 10 })
    await using grid = await aloneWith({ settings }, { partitionCount: 1 })
    const map = grid.map<string, number>('kept')
    await map.set('a', 1)
    await map.set('a', 2)
    await map.set('b', 1)
    expect(entries.size).toBe(0)
    expect(await map.get('a')).toBe(2)
    await until(() => entries.size === 2)
    expect(entries.get('a')).toBe(2)
    expect(calls.filter((call) => call === 'store a').length).toBeLessThan(2)
    state.failures = 1
    await map.set('c', 1)
    await until(() => entries.has('c'))
    expect(calls.filter((call) => call === 'store c')).toHaveLength(2)
    await map.delete('a')
    expect(await map.get('a')).toBeNull()
    await until(() => !entries.has('a'))
  }, 20_000)

  test('runs a module of the user apart: what it throws is told, the member goes on', () =>
    withModule(async (folder, className) => {
      await using grid = await aloneWith({
        settings: storeSettings({ className, properties: { folder } }),
      })
      const map = grid.map<string, string>('kept')
      await map.set('a', 'bread')
      const failing = map.set('a', 'poison')
      expect(await codeOf(failing)).toBe('GRD-041')
      expect(await map.get('a')).toBe('bread')
      expect(await readFile(joinPath(folder, 'kept.json'), 'utf8')).toBe('[["a","bread"]]')
    }))
})
