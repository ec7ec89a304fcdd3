import { expect } from 'bun:test'
import type { Address, Connection, Host } from '../../../runtime/host/index.ts'
import { type Bench, type Cases, codeOf, failureOf } from './contract.ts'

const TIMEOUT_MS = 2000

/** One side of a connection with all that it received. */
export interface Side {
  readonly connection: Connection
  received: Uint8Array
  closes: number
  drains: number
  /** Resolves when the connection has closed. */
  readonly closed: Promise<void>
  /** Resolves when `length` bytes have come. */
  readonly arrived: (length: number) => Promise<void>
}

/** Bytes that grow at the end, doubling their room. */
const createCollector = () => {
  let room = new Uint8Array(1024)
  let length = 0
  return {
    add: (bytes: Uint8Array): Uint8Array => {
      if (length + bytes.length > room.length) {
        const larger = new Uint8Array(Math.max(room.length * 2, length + bytes.length))
        larger.set(room.subarray(0, length))
        room = larger
      }
      room.set(bytes, length)
      length += bytes.length
      return room.subarray(0, length)
    },
  }
}

export const watch = (connection: Connection): Side => {
  const closed = Promise.withResolvers<void>()
  const waits: { length: number; resolve: () => void }[] = []
  const collector = createCollector()
  const side: Side = {
    connection,
    received: new Uint8Array(0),
    closes: 0,
    drains: 0,
    closed: closed.promise,
    arrived: (length) =>
      new Promise((resolve) => {
        if (side.received.length >= length) resolve()
        else waits.push({ length, resolve })
      }),
  }
  connection.handle({
    onData: (bytes) => {
      side.received = collector.add(bytes)
      for (const wait of waits) if (side.received.length >= wait.length) wait.resolve()
    },
    onDrain: () => {
      side.drains += 1
    },
    onClose: () => {
      side.closes += 1
      closed.resolve()
    },
  })
  return side
}

/** Two ends of a new connection, and a way to close the listener behind it. */
export const connect = async (
  { host, address }: Bench,
  attach: (connection: Connection) => Side = watch,
): Promise<{ client: Side; server: Side; at: Address; close: () => Promise<void> }> => {
  const accepted = Promise.withResolvers<Side>()
  const listener = await host.network.listen({ host: address, port: 0 }, (connection) =>
    accepted.resolve(attach(connection)),
  )
  const client = watch(await host.network.dial(listener.address, TIMEOUT_MS))
  return {
    client,
    server: await accepted.promise,
    at: listener.address,
    close: () => listener.close(),
  }
}

const pattern = (length: number): Uint8Array =>
  new Uint8Array(length).map((_, index) => (index * 31 + (index >> 8)) & 0xff)

const sleep = (host: Host, delayMs: number): Promise<void> => host.clock.sleep(delayMs)

export const networkCases: Cases = {
  'bytes go both ways in order': async (bench) => {
    const { client, server, at, close } = await connect(bench)
    expect(client.connection.remote).toEqual(at)
    expect(server.connection.remote).toEqual(client.connection.local)
    client.connection.write(new Uint8Array([1, 2]))
    client.connection.write(new Uint8Array([3]))
    await server.arrived(3)
    server.connection.write(new Uint8Array([4]))
    await client.arrived(1)
    expect([...server.received]).toEqual([1, 2, 3])
    expect([...client.received]).toEqual([4])
    client.connection.end()
    await Promise.all([client.closed, server.closed])
    await close()
  },
  'written bytes may be reused at once': async (bench) => {
    const { client, server, close } = await connect(bench)
    const buffer = pattern(8_000_000)
    const expected = Bun.hash.crc32(buffer)
    client.connection.write(buffer)
    buffer.fill(0)
    await server.arrived(8_000_000)
    expect(Bun.hash.crc32(server.received)).toBe(expected)
    client.connection.destroy()
    await server.closed
    await close()
  },
  'a reader that pauses holds the writer back; all arrives once it resumes': async (bench) => {
    const { client, server, close } = await connect(bench)
    server.connection.pause()
    const sent = pattern(30_000_000)
    expect(client.connection.write(sent)).toBeGreaterThan(0)
    await sleep(bench.host, 20)
    expect(server.received.length).toBe(0)
    expect(client.drains).toBe(0)
    server.connection.resume()
    await server.arrived(sent.length)
    expect(Bun.hash.crc32(server.received)).toBe(Bun.hash.crc32(sent))
    expect(client.drains).toBe(1)
    client.connection.destroy()
    await Promise.all([client.closed, server.closed])
    await close()
  },
  'end sends what waits, then closes both sides once': async (bench) => {
    const { client, server, close } = await connect(bench)
    const sent = pattern(12_000_000)
    client.connection.write(sent)
    client.connection.end()
    expect(client.connection.write(new Uint8Array([1]))).toBeGreaterThanOrEqual(0)
    await Promise.all([client.closed, server.closed])
    expect(server.received.length).toBe(sent.length)
    await sleep(bench.host, 5)
    expect([client.closes, server.closes]).toEqual([1, 1])
    await close()
  },
  'destroy closes both sides; the own handler runs after the call': async (bench) => {
    const { client, server, close } = await connect(bench)
    client.connection.destroy()
    expect(client.closes).toBe(0)
    await Promise.all([client.closed, server.closed])
    expect(client.connection.write(new Uint8Array([1]))).toBe(0)
    client.connection.destroy()
    client.connection.end()
    await sleep(bench.host, 5)
    expect([client.closes, server.closes]).toEqual([1, 1])
    await close()
  },
  'bytes and an end that came before the handlers wait for them': async (bench) => {
    const { host, address } = bench
    const accepted = Promise.withResolvers<Connection>()
    const at = { host: address, port: 0 }
    const listener = await host.network.listen(at, accepted.resolve)
    const client = watch(await host.network.dial(listener.address, TIMEOUT_MS))
    client.connection.write(new Uint8Array([7, 8]))
    client.connection.end()
    const connection = await accepted.promise
    await sleep(host, 20)
    const server = watch(connection)
    await server.closed
    expect([...server.received]).toEqual([7, 8])
    await listener.close()
  },
  'dialing where nobody listens fails with the address': async ({ host, address }) => {
    const listener = await host.network.listen({ host: address, port: 0 }, () => {})
    const at = listener.address
    await listener.close()
    const failure = await failureOf(host.network.dial(at, TIMEOUT_MS))
    expect(failure.code).toBe('HST-005')
    expect(failure.message).toContain(`${at.host}:${at.port}`)
  },
  'a port is listened on once': async ({ host, address }) => {
    const listener = await host.network.listen({ host: address, port: 0 }, () => {})
    expect(await codeOf(host.network.listen(listener.address, () => {}))).toBe('HST-006')
    await listener.close()
    const again = await host.network.listen(listener.address, () => {})
    await again.close()
  },
  'a name has addresses, this machine too, and an unknown name none': async (bench) => {
    const { host } = bench
    expect(await host.network.resolve('localhost')).toContain('127.0.0.1')
    expect(host.network.interfaces().map(({ address }) => address)).toContain(bench.address)
    const loopback = host.network.interfaces().filter(({ isLoopback }) => isLoopback)
    expect(loopback.map(({ address }) => address)).toContain('127.0.0.1')
    expect(await codeOf(host.network.resolve('no-such-name.invalid'))).toBe('HST-005')
  },
  'connections outlive their listener': async (bench) => {
    const { client, server, close } = await connect(bench)
    await close()
    client.connection.write(new Uint8Array([1]))
    await server.arrived(1)
    server.connection.end()
    await Promise.all([client.closed, server.closed])
  },
}
