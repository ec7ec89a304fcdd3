import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createHttpLocations } from '../../../members/http/index.ts'
import { urlForOthers } from '../../../members/http/locations.ts'
import { createMessenger, type Messenger } from '../../../members/wire/index.ts'
import { host } from './serving.ts'

describe('the URL that other members are told', () => {
  test.each([
    ['http://10.0.0.1:8080', '10.0.0.1', 'http://10.0.0.1:8080'],
    ['http://0.0.0.0:8080/engine', '10.0.0.1', 'http://10.0.0.1:8080/engine'],
    ['https://[::]:8443', 'fd00::1', 'https://[fd00::1]:8443'],
    ['http://127.0.0.1:8080', '127.0.0.1', 'http://127.0.0.1:8080'],
    ['http://127.0.0.1:8080', '10.0.0.1', undefined],
  ])('of %s at %s', (ownUrl, memberHost, expected) => {
    expect(urlForOthers(ownUrl, memberHost)).toBe(expected)
  })
})

describe('members', () => {
  let one: Messenger
  let two: Messenger
  const open = (): Promise<Messenger> =>
    createMessenger({
      host,
      settings: {
        clusterName: 'a',
        partitionCount: 271,
        secret: '',
        versions: { oldest: 1, newest: 1 },
      },
      listenOn: { host: '127.0.0.1', port: 0 },
      events: {
        onConnected: () => {},
        onDisconnected: () => {},
        onRefused: () => {},
        onBug: (error) => {
          throw error
        },
      },
    })
  beforeAll(async () => {
    one = await open()
    two = await open()
  })
  afterAll(() => Promise.all([one.close(), two.close()]))

  test('tell each other where they are asked', async () => {
    const ofOne = createHttpLocations(one, 'http://127.0.0.1:8080')
    const ofTwo = createHttpLocations(two, undefined)
    expect(await ofTwo.urlOf(one.identity)).toBe('http://127.0.0.1:8080')
    expect(await ofOne.urlOf(one.identity)).toBe('http://127.0.0.1:8080')
    expect(await ofOne.urlOf(two.identity)).toBeUndefined()
    await one.close()
    expect(await ofTwo.urlOf(one.identity)).toBe('http://127.0.0.1:8080')
    expect(await ofTwo.urlOf({ ...one.identity, id: 'another' })).toBeUndefined()
  })
})
