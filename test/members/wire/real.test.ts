import { describe, expect, test } from 'bun:test'
import { createRealHost } from '../../../runtime/host/index.ts'
import { hasOpenssl, makeCertificates } from './certificates.ts'
import { bytes, codeOf, SETTINGS, startMember, text } from './members.ts'

const WORK = 1
const ROWS = 2
const TIMEOUT = { timeoutMs: 3000 }
const LOOPBACK = { host: '127.0.0.1', port: 0 }
const host = createRealHost()

const pair = async (left: object = {}, right: object = {}) => {
  const a = await startMember(host, LOOPBACK, left)
  const b = await startMember(host, LOOPBACK, right)
  b.messenger.onRequest(WORK, ({ body }) => body)
  const close = () => Promise.all([a.messenger.close(), b.messenger.close()])
  return { a, b, to: b.messenger.identity.address, close }
}

describe('on real sockets', () => {
  test('requests are answered, small and large', async () => {
    const { a, to, close } = await pair()
    const large = host.random.bytes(60_000)
    const body = new Uint8Array(6_000_000).map((_, index) => large[index % large.length]!)
    const answer = await a.messenger.request(to, WORK, body, TIMEOUT)
    expect(Bun.hash.crc32(answer)).toBe(Bun.hash.crc32(body))
    const answers = await Promise.all(
      Array.from({ length: 500 }, (_, index) =>
        a.messenger.request(to, WORK, bytes(`${index}`), TIMEOUT),
      ),
    )
    expect(answers.map(text)).toEqual(Array.from({ length: 500 }, (_, index) => `${index}`))
    await close()
  })

  test('a stream brings all, held back by its reader', async () => {
    const { a, b, to, close } = await pair()
    const done = Promise.withResolvers<void>()
    let received = 0
    b.messenger.onStream(ROWS, (stream) => ({
      onData: (piece) => {
        received += piece.length
        host.clock.timer(1, () => stream.grant(piece.length))
      },
      onEnd: done.resolve,
      onAbort: done.reject,
    }))
    const writer = await a.messenger.openStream(to, ROWS, bytes(''), 1000)
    for (let count = 0; count < 100; count += 1) await writer.write(new Uint8Array(100_000))
    await writer.end()
    await done.promise
    expect(received).toBe(10_000_000)
    await close()
  })

  test('a wrong secret is refused, and noise is cut off', async () => {
    const settings = { ...SETTINGS, secret: 'guess' }
    const { a, b, to, close } = await pair({ settings })
    expect(await codeOf(a.messenger.connect(to, 1000))).toBe('NET-002')
    const connection = await host.network.dial(to, 1000)
    const closed = Promise.withResolvers<void>()
    connection.handle({ onData: () => {}, onClose: () => closed.resolve() })
    connection.write(host.random.bytes(60_000))
    await closed.promise
    expect(b.refused.map(({ code }) => code)).toEqual(['NET-002', 'NET-003'])
    await close()
  })
})

if (!hasOpenssl) process.stdout.write('skipped: TLS between members, openssl is not installed\n')

describe('with TLS', () => {
  test.skipIf(!hasOpenssl)('mates talk; those without a trusted certificate do not', async () => {
    const { member, stranger, naive } = await makeCertificates()
    const { a, b, to, close } = await pair({ tls: member }, { tls: member })
    expect(text(await a.messenger.request(to, WORK, bytes('secret'), TIMEOUT))).toBe('secret')
    const dialers = [{ tls: stranger }, {}]
    for (const change of dialers) {
      const other = await startMember(host, LOOPBACK, {
        ...change,
        limits: { handshakeTimeoutMs: 500 },
      })
      expect(await codeOf(other.messenger.connect(to, 1000))).not.toBe('none')
      await other.messenger.close()
    }
    expect(await codeOf(host.network.dial(to, 500, { ...naive, serverName: 'other' }))).toBe(
      'HST-005',
    )
    expect(b.connected.length).toBe(1)
    await close()
  })
})
