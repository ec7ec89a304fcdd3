import { describe, expect, test } from 'bun:test'
import type { EngineError } from '../../../runtime/errors/index.ts'
import { listenForStreams, StreamReader, StreamWriter } from '../../../runtime/exchange/index.ts'
import { createRealHost, type Connection, type Tls } from '../../../runtime/host/index.ts'
import { hasOpenssl, makeCertificates } from '../../members/wire/certificates.ts'
import { edgeContract, pass, texts, type EdgePair } from '../../contract/edgeContract.ts'

const host = createRealHost()
const TOKEN = '0123456789abcdef0123456789abcdef'

interface StreamPair extends EdgePair {
  readonly writer: StreamWriter
  readonly reader: StreamReader
  readonly connection: Connection
  readonly failures: EngineError[]
}

const listen = async (failures: EngineError[], tls: Tls | undefined) => {
  const reader = new StreamReader((error) => failures.push(error))
  const readers = new Map([[TOKEN, reader]])
  const listener = await listenForStreams({ host, bindHost: '127.0.0.1', tls, readers })
  return { reader, listener }
}

const makePair = async (tls?: Tls): Promise<StreamPair> => {
  const failures: EngineError[] = []
  const { reader, listener } = await listen(failures, tls)
  const connection = await host.network.dial(listener.address, 1000, tls)
  const fail = (error: EngineError): void => void failures.push(error)
  const writer = new StreamWriter({ clock: host.clock, connection, token: TOKEN, fail })
  const close = (): void => {
    writer.close()
    reader.close()
    listener.close()
  }
  return { writer, reader, connection, failures, close }
}

const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await host.clock.yield()
}

describe('a stream', () => {
  edgeContract(() => makePair(), 60)

  test('of which the sender dies fails the receiver at once, and may be tried again', async () => {
    const pair = await makePair()
    await pass(pair, [texts(1, 1)])
    pair.connection.destroy()
    await until(() => pair.failures.length > 0)
    expect(pair.failures[0]).toMatchObject({ code: 'JOB-020', retry: 'backoff' })
    pair.close()
  })

  test('of which the receiver dies fails the sender at once', async () => {
    const pair = await makePair()
    await pass(pair, [texts(1, 1)])
    pair.reader.close()
    await until(() => pair.failures.length > 0)
    expect(pair.failures[0]).toMatchObject({ code: 'JOB-020', retry: 'backoff' })
    pair.close()
  })

  test('that has ended may be closed by either side', async () => {
    const pair = await makePair()
    await pass(pair, [texts(1, 1), { kind: 'end' }])
    pair.connection.destroy()
    await host.clock.sleep(20)
    expect(pair.failures).toEqual([])
    pair.close()
  })

  test('takes nobody who does not know its token, and no token twice', async () => {
    const failures: EngineError[] = []
    const { reader, listener } = await listen(failures, undefined)
    const closed: string[] = []
    const fail = (error: EngineError): void => void closed.push(error.code)
    const stranger = await host.network.dial(listener.address, 1000)
    const wrong = new StreamWriter({
      clock: host.clock,
      connection: stranger,
      token: 'f'.repeat(32),
      fail,
    })
    await until(() => closed.length === 1)
    expect(reader.isConnected).toBe(false)
    const connection = await host.network.dial(listener.address, 1000)
    const writer = new StreamWriter({ clock: host.clock, connection, token: TOKEN, fail })
    await until(() => reader.isConnected)
    // All have come: nobody is listened to any more.
    expect(host.network.dial(listener.address, 1000)).rejects.toThrow('Cannot connect')
    for (const end of [wrong, writer, reader]) end.close()
    listener.close()
  })
})

if (!hasOpenssl) process.stdout.write('skipped: streams with TLS, openssl is not installed\n')

test.skipIf(!hasOpenssl)('a stream is encrypted where the member port is', async () => {
  const { member, stranger } = await makeCertificates()
  const pair = await makePair(member)
  const batch = texts(100, 1000)
  const received = await pass(
    pair,
    Array.from({ length: 40 }, () => batch),
  )
  expect(received).toHaveLength(40)
  expect(pair.failures).toEqual([])
  pair.close()
  const { reader, listener } = await listen([], member)
  for (const tls of [stranger, undefined]) {
    const failures: EngineError[] = []
    const connection = await host.network.dial(listener.address, 1000, tls)
    const fail = (error: EngineError): void => void failures.push(error)
    const writer = new StreamWriter({ clock: host.clock, connection, token: TOKEN, fail })
    await until(() => failures.length > 0)
    expect(reader.isConnected).toBe(false)
    writer.close()
  }
  listener.close()
})
