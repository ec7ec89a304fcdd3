import { expect, test } from 'bun:test'
import { socketSink, socketSource } from '../../../../jobs/connectors/socket/index.ts'
import { createRealHost, type Connection } from '../../../../runtime/host/index.ts'
import { batchOfRows, column, type TableSchema } from '../../../../runtime/rows/index.ts'
import { sinkContract } from '../../../contract/sinkContract.ts'
import { sourceContract } from '../../../contract/sourceContract.ts'
import { testContext } from '../../../contract/testContext.ts'
import { writtenOptions } from '../../../contract/writtenOptions.ts'

const anyPort = { host: '127.0.0.1', port: 0 }

/** A server that sends `text` to whoever connects and then closes. */
const sendingServer = (text: string) =>
  createRealHost().network.listen(anyPort, (connection) => {
    connection.handle({ onData: () => undefined, onClose: () => undefined })
    connection.write(new TextEncoder().encode(text))
    connection.end()
  })

/** A server that keeps what it is sent. */
const receivingServer = async (
  onConnection: (connection: Connection) => void = () => undefined,
) => {
  const received: string[] = []
  let ended = Promise.withResolvers<void>()
  const listener = await createRealHost().network.listen(anyPort, (connection) => {
    connection.handle({
      onData: (bytes) => received.push(new TextDecoder().decode(bytes)),
      onClose: () => ended.resolve(),
    })
    onConnection(connection)
  })
  return {
    listener,
    port: listener.address.port,
    text: () => received.join(''),
    async nextEnd() {
      await ended.promise
      ended = Promise.withResolvers()
    },
  }
}

const sourceOptions = (port: number) =>
  writtenOptions(socketSource.options, `host = "127.0.0.1", port = ${port}`)

const sinkOptions = (port: number, more = '') =>
  writtenOptions(socketSink.options, `host = "127.0.0.1", port = ${port}, ${more}`)

const table: TableSchema = {
  path: 't',
  catalog: 'c',
  columns: [column('id', { kind: 'int' }), column('name', { kind: 'string' })],
}
const batch = batchOfRows(table, [
  [1, 'é'],
  [2, null],
])

const lines = Array.from({ length: 3000 }, (_, index) => `zeile ${index} é`)

sourceContract('Socket', async () => {
  const server = await sendingServer(`${lines.join('\n')}\r\nlast without an end`)
  return {
    connector: socketSource,
    options: await sourceOptions(server.address.port),
    rowCount: 3001,
    rows: [...lines, 'last without an end'].map((line) => `default +I ${JSON.stringify(line)}`),
    [Symbol.asyncDispose]: () => server.close(),
  }
})

sinkContract('Socket', async () => {
  const server = await receivingServer()
  return {
    connector: socketSink,
    options: await sinkOptions(server.port),
    tables: [table],
    batches: [batch, batchOfRows(table, [[3, 'x']])],
    [Symbol.asyncDispose]: () => server.listener.close(),
  }
})

test('a streaming job fails when the server closes the connection', async () => {
  const server = await sendingServer('one\n')
  const context = testContext({ jobMode: 'STREAMING' })
  const options = await sourceOptions(server.address.port)
  const tables = await socketSource.discoverTables(options, context)
  const reader = socketSource.createReader(options, tables, context)
  await reader.startSplit({ id: 'socket' })
  const readAll = async (): Promise<never> => {
    for (;;) {
      await reader.read()
      await context.host.clock.yield()
    }
  }
  expect(readAll()).rejects.toMatchObject({ code: 'CON-002', retry: 'reconnect' })
  await reader.close()
  await server.close()
})

test('rows are lines of JSON', async () => {
  const server = await receivingServer()
  const writer = socketSink.createWriter(await sinkOptions(server.port), [table], testContext())
  await writer.open([])
  await writer.write(batch)
  await writer.flush!()
  await writer.prepareCommit(1)
  await writer.close()
  await server.nextEnd()
  expect(server.text()).toBe('{"id":1,"name":"é"}\n{"id":2,"name":null}\n')
  await server.listener.close()
})

test('a lost connection is made again', async () => {
  const connections: Connection[] = []
  const server = await receivingServer((connection) => connections.push(connection))
  const context = testContext()
  const writer = socketSink.createWriter(await sinkOptions(server.port), [table], context)
  await writer.open([])
  await writer.write(batch)
  while (connections.length === 0 || server.text() === '') await context.host.clock.yield()
  connections[0]!.destroy()
  while (connections.length < 2) {
    await writer.write(batch)
    await writer.flush!()
    await context.host.clock.yield()
  }
  await writer.close()
  expect(context.logged.join()).toContain('trying again')
  await server.listener.close()
})

test('a server that is not there is named', async () => {
  const server = await receivingServer()
  await server.listener.close()
  const options = await sinkOptions(server.port, 'max_retries = 0')
  const writer = socketSink.createWriter(options, [table], testContext())
  await writer.write(batch)
  expect(writer.flush!()).rejects.toThrow(
    `Socket: the server 127.0.0.1:${server.port} cannot be reached after 0 retries`,
  )
})
