import { afterAll, expect, test } from 'bun:test'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openCheckpointStorage } from '../../../jobs/coordinator/index.ts'
import { createRealHost } from '../../../runtime/host/index.ts'
import { checkpointStorageContract } from '../../contract/checkpointStorageContract.ts'
import { startObjectServer } from '../../servers/objectStore.ts'
import { createMemoryMaps } from './memoryMaps.ts'

const host = createRealHost()
const cleanUps: (() => Promise<unknown>)[] = []
afterAll(async () => {
  for (const cleanUp of cleanUps) await cleanUp()
})

checkpointStorageContract('grid', async () => {
  const maps = createMemoryMaps()
  return {
    open: () => openCheckpointStorage(host, maps, { type: 'grid', maxRetained: 2, properties: {} }),
    count: async () => [...maps.inside.values()].reduce((sum, map) => sum + map.size, 0),
    damage: async () => {
      const chunks = maps.inside.get('engine_checkpointChunks')!
      chunks.delete([...chunks.keys()].at(-1)!)
    },
  }
})

const folders = [
  { type: 'localfile', properties: {} },
  { type: 'hdfs', properties: { 'storage.type': 'hdfs', 'fs.defaultFS': 'file:///tmp/' } },
]

for (const { type, properties } of folders) {
  checkpointStorageContract(`folder (${type})`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tidegate-'))
    cleanUps.push(() => rm(folder, { recursive: true }))
    const settings = {
      type,
      maxRetained: 2,
      properties: { ...properties, namespace: `${folder}/` },
    }
    return {
      open: () => openCheckpointStorage(host, createMemoryMaps(), settings),
      count: async () => (await readdir(join(folder, '42'))).length,
      damage: async () => {
        const [name] = await readdir(join(folder, '42'))
        const path = join(folder, '42', name!)
        await Bun.write(path, (await Bun.file(path).bytes()).slice(0, -1))
      },
    }
  })
}

checkpointStorageContract('bucket (s3)', async () => {
  const server = startObjectServer('me')
  cleanUps.push(async () => server[Symbol.asyncDispose]())
  const settings = {
    type: 'hdfs',
    maxRetained: 2,
    properties: {
      'storage.type': 's3',
      's3.bucket': 's3a://snapshots',
      'fs.s3a.endpoint': server.url,
      'fs.s3a.access.key': 'me',
      'fs.s3a.secret.key': 'secret',
      namespace: '/seatunnel/checkpoint/',
    },
  }
  return {
    open: () => openCheckpointStorage(host, createMemoryMaps(), settings),
    count: async () => server.objects.size,
    damage: async () => server.objects.clear(),
  }
})

const open = (type: string, properties: { readonly [key: string]: string }) => () =>
  openCheckpointStorage(host, createMemoryMaps(), { type, maxRetained: 2, properties })

test('a place that is not supported, and a key that is missing, are told', () => {
  expect(open('ftp', {})).toThrow('must be one of grid, localfile, hdfs, not ftp')
  expect(open('hdfs', { 'fs.defaultFS': 'hdfs://h:9000' })).toThrow('not hdfs://h:9000')
  expect(open('hdfs', { 'storage.type': 's3', 's3.bucket': 'b' })).toThrow('fs.s3a.access.key')
})

test('an object store that refuses is told with its bucket, never with a secret', async () => {
  const server = startObjectServer('me')
  cleanUps.push(async () => server[Symbol.asyncDispose]())
  const storage = open('hdfs', {
    'storage.type': 's3',
    's3.bucket': 'snapshots',
    'fs.s3a.endpoint': server.url,
    'fs.s3a.access.key': 'somebody',
    'fs.s3a.secret.key': 'hush',
  })()
  const failure = await storage.list('42').catch((thrown: Error) => thrown)
  expect(failure).toMatchObject({ code: 'HST-008', retry: 'backoff' })
  expect(String(failure)).toContain('snapshots')
  expect(String(failure)).not.toContain('hush')
})
