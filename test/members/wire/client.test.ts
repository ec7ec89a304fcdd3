import { describe, expect, test } from 'bun:test'
import { createClientMessenger, isClient } from '../../../members/wire/index.ts'
import { createHandshake } from '../../../members/wire/handshake.ts'
import { simulate } from '../../sim/host/index.ts'
import { addressOf, bytes, codeOf, SETTINGS, startMembers, text } from './members.ts'

const [ASK, INNER, TELL] = [100, 101, 102]
const NORTH = addressOf('north')
const { partitionCount: _, ...CLIENT_SETTINGS } = SETTINGS

const quiet = {
  onConnected: () => {},
  onDisconnected: () => {},
  onRefused: () => {},
  onBug: (error: unknown) => {
    throw error
  },
}

type World = Parameters<Parameters<typeof simulate>[1]>[0]

const startBoth = async (world: World, secret = CLIENT_SETTINGS.secret) => {
  const { north } = await startMembers(world, ['north'])
  const { messenger } = north
  messenger.onRequest(ASK, ({ from, body }) => bytes(`${isClient(from)} ${text(body)}`))
  messenger.onRequest(INNER, () => bytes('for members'))
  messenger.openToClients([ASK])
  const client = createClientMessenger({
    host: world.machine('desk').host,
    settings: { ...CLIENT_SETTINGS, secret },
    events: quiet,
  })
  return { north, client }
}

describe('a client on the wire', () => {
  test('asks what is open to clients and nothing else, without knowing the partition count', async () => {
    await simulate(1, async (world) => {
      const { north, client } = await startBoth(world)
      const options = { timeoutMs: 1000 }
      expect(text(await client.request(NORTH, ASK, bytes('hello'), options))).toBe('true hello')
      expect(await codeOf(client.request(NORTH, INNER, bytes(''), options))).toBe('NET-006')
      const heard: string[] = []
      north.messenger.onMessage(TELL, (_from, body) => heard.push(text(body)))
      client.send(NORTH, TELL, bytes('not open'))
      await client.request(NORTH, ASK, bytes('after it'), options)
      expect(heard).toEqual([])
      north.messenger.openToClients([TELL])
      client.send(NORTH, TELL, bytes('open'))
      await client.request(NORTH, ASK, bytes('after it'), options)
      expect(heard).toEqual(['open'])
    })
  })

  test('is told things by members, who know when it comes and goes', async () => {
    await simulate(2, async (world) => {
      const { north, client } = await startBoth(world)
      const { messenger, connected, disconnected } = north
      const gone = Promise.withResolvers<void>()
      const seen: string[] = []
      messenger.onClients({
        onCome: ({ id }) => seen.push(`came ${id}`),
        onGone: ({ id }) => {
          seen.push(`gone ${id}`)
          gone.resolve()
        },
      })
      const told = Promise.withResolvers<string>()
      client.onMessage(TELL, (_from, body) => told.resolve(text(body)))
      await client.connect(NORTH, 1000)
      const [known] = messenger.clients()
      expect(known).toEqual(client.identity)
      messenger.send(known!.address, TELL, bytes('news'))
      expect(await told.promise).toBe('news')
      expect(messenger.connected()).toEqual([])
      expect(client.connected().map(({ id }) => id)).toEqual([messenger.identity.id])
      await client.close()
      await gone.promise
      expect(seen).toEqual([`came ${client.identity.id}`, `gone ${client.identity.id}`])
      expect(connected.concat(disconnected.map(({ host }) => host))).toEqual([])
      // Nobody can dial a client.
      expect(await codeOf(messenger.connect(known!.address, 1000))).toBe('NET-005')
    })
  })

  test('must know the secret and the cluster', async () => {
    await simulate(3, async (world) => {
      const { client } = await startBoth(world, 'guessed')
      expect(await codeOf(client.connect(NORTH, 1000))).toBe('NET-002')
    })
  })

  test('cannot pass for a member of its choice', () => {
    const victim = { id: 'c', address: { host: 'north', port: 0 } }
    expect(() => createHandshake('dialer', SETTINGS, victim, new Uint8Array(32))).toThrow('its id')
  })
})
