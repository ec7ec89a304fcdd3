import { describe, expect, test } from 'bun:test'
import { httpSink, httpSource } from '../../../../jobs/connectors/http/index.ts'
import { batchOfRows, column, rowAt, type Value } from '../../../../runtime/rows/index.ts'
import { sinkContract } from '../../../contract/sinkContract.ts'
import { sourceContract } from '../../../contract/sourceContract.ts'
import { testContext, type TestContextOptions } from '../../../contract/testContext.ts'
import { writtenOptions } from '../../../contract/writtenOptions.ts'

interface Received {
  readonly url: URL
  readonly method: string
  readonly headers: Headers
  readonly body: string
}

/** A server that remembers what it was asked. */
const serve = (answer: (request: Received, count: number) => Response | Promise<Response>) => {
  const received: Received[] = []
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: async (request) => {
      const { method, headers } = request
      received.push({ url: new URL(request.url), method, headers, body: await request.text() })
      return answer(received.at(-1)!, received.length)
    },
  })
  return {
    url: `http://127.0.0.1:${server.port}/data`,
    received,
    stop: () => server.stop(true),
    [Symbol.asyncDispose]: async () => {
      await server.stop(true)
    },
  }
}

const SCHEMA = 'format = json, schema { fields { id = bigint, name = string } }'

/** All rows of a source of one split. */
const read = async (text: string, settings: TestContextOptions = {}): Promise<Value[][]> => {
  const options = await writtenOptions(httpSource.options, text)
  const context = testContext(settings)
  const tables = await httpSource.discoverTables(options, context)
  const enumerator = httpSource.createEnumerator(options, tables, context)
  const reader = httpSource.createReader(options, tables, context)
  const rows: Value[][] = []
  await reader.startSplit((await enumerator.next(0))!)
  for (let answer = await reader.read(); answer !== 'splitDone'; answer = await reader.read()) {
    if (answer === 'idle') continue
    for (let row = 0; row < answer.rowCount; row += 1) rows.push(rowAt(answer, row))
  }
  await reader.close()
  return rows
}

const failure = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work
    return 'no failure'
  } catch (error) {
    return `${(error as { code?: string }).code} ${(error as Error).message}`
  }
}

const pageOf = (page: number, rows: number): { id: number; name: string }[] =>
  Array.from({ length: rows }, (_, row) => ({ id: page * 10 + row, name: `n${page}.${row}` }))

sourceContract('Http source by pages', async () => {
  const server = serve(({ url }) => {
    const page = Number(url.searchParams.get('page'))
    return Response.json({ data: pageOf(page, page === 3 ? 4 : 10) })
  })
  const text = `url = "${server.url}", ${SCHEMA}, content_field = "$.data.*"
    pageing { page_field = page, batch_size = 10 }`
  return {
    connector: httpSource,
    options: await writtenOptions(httpSource.options, text),
    rowCount: 24,
    [Symbol.asyncDispose]: async () => {
      await server.stop()
    },
  }
})

describe('Http source', () => {
  test('reads an array of objects with all digits', async () => {
    await using server = serve(
      () => new Response('[{"id": 9007199254740993, "name": "a"}, {"id": 2}]'),
    )
    expect(await read(`url = "${server.url}", ${SCHEMA}`)).toEqual([
      [9007199254740993n, 'a'],
      [2n, null],
    ])
  })

  test('reads text as it is, also when there is no schema', async () => {
    await using server = serve(() => new Response('{"id": 1}'))
    expect(await read(`url = "${server.url}"`)).toEqual([['{"id": 1}']])
    expect(await read(`url = "${server.url}", format = json`)).toEqual([['{"id": 1}']])
  })

  test('reads each line as a document', async () => {
    await using server = serve(() => new Response('{"id":1}\n\n{"id":2,"name":"b"}\n'))
    const rows = await read(`url = "${server.url}", ${SCHEMA}, enable_multi_lines = true`)
    expect(rows).toEqual([
      [1n, null],
      [2n, 'b'],
    ])
  })

  test('sends method, headers, params and body', async () => {
    await using server = serve(() => Response.json([]))
    await read(`url = "${server.url}?fixed=1", method = post, headers { token = abc }
      params { a = "x y" }, body = "{\\"id\\":1}", ${SCHEMA}`)
    const [request] = server.received
    expect(request!.method).toBe('POST')
    expect(request!.url.search).toBe('?fixed=1&a=x+y')
    expect(request!.headers.get('token')).toBe('abc')
    expect(request!.headers.get('content-type')).toBe('application/json')
    expect(request!.body).toBe('{"id":1}')
  })

  test('sends params as a form when asked to', async () => {
    await using server = serve(() => Response.json([]))
    await read(`url = "${server.url}", method = POST, params { a = 1 }
      keep_params_as_form = true, ${SCHEMA}`)
    expect(server.received[0]!.body).toBe('a=1')
    expect(server.received[0]!.url.search).toBe('')
  })

  test('takes columns from json_field', async () => {
    const data = [{ n: { id: 1 }, name: 'a' }, { n: { id: 2 } }]
    await using server = serve(() => Response.json({ data }))
    const fields = 'json_field { id = "$.data[*].n.id", name = "$.data[*].name" }'
    expect(await failure(read(`url = "${server.url}", ${SCHEMA}, ${fields}`))).toBe(
      'HTP-005 json_field finds 2 values for id ($.data[*].n.id) but 1 for name ($.data[*].name).',
    )
    const text = `url = "${server.url}", ${SCHEMA}, ${fields}, json_filed_missed_return_null = true`
    expect(await read(text)).toEqual([
      [1n, 'a'],
      [2n, null],
    ])
  })

  test('asks for pages up to total_page_size', async () => {
    await using server = serve(({ url }) =>
      Response.json(pageOf(Number(url.searchParams.get('page')), 1)),
    )
    const rows = await read(`url = "${server.url}", ${SCHEMA}, params { page = "\${page}" }
      pageing { page_field = page, start_page_number = 2, total_page_size = 4 }`)
    expect(rows.map(([id]) => id)).toEqual([20n, 30n, 40n])
  })

  test('puts the page where the placeholder stands', async () => {
    await using server = serve(({ body }) => {
      const page = (JSON.parse(body) as { from: number }).from
      return Response.json(page < 3 ? pageOf(page, 2) : [])
    })
    const rows = await read(`url = "${server.url}", ${SCHEMA}, method = POST
      body = """{"from": \${p}}""", pageing { page_field = p, batch_size = 2
      use_placeholder_replacement = true }`)
    expect(rows.length).toBe(4)
    expect(server.received.every(({ url }) => url.search === '')).toBeTrue()
  })

  test('follows cursors', async () => {
    const next: Record<string, string | null> = { start: 'b', b: 'c', c: null }
    await using server = serve(({ url }) => {
      const cursor = url.searchParams.get('after') ?? 'start'
      return Response.json({ rows: [{ id: 1, name: cursor }], next: next[cursor] })
    })
    const rows = await read(`url = "${server.url}", ${SCHEMA}, content_field = "$.rows[*]"
      pageing { page_type = Cursor, cursor_field = after, cursor_response_field = "$.next" }`)
    expect(rows.map(([, name]) => name)).toEqual(['start', 'b', 'c'])
  })

  test('goes on at the page of a snapshot', async () => {
    await using server = serve(({ url }) =>
      Response.json(pageOf(Number(url.searchParams.get('page')), 1)),
    )
    const text = `url = "${server.url}", ${SCHEMA}, pageing { page_field = page, total_page_size = 3 }`
    const options = await writtenOptions(httpSource.options, text)
    const context = testContext()
    const tables = await httpSource.discoverTables(options, context)
    const first = httpSource.createReader(options, tables, context)
    await first.startSplit((await httpSource.createEnumerator(options, tables, context).next(0))!)
    await first.read()
    const second = httpSource.createReader(options, tables, context)
    await second.startSplit(structuredClone(first.snapshot()!))
    const batch = await second.read()
    expect(typeof batch === 'object' && rowAt(batch, 0)[0]).toBe(20n)
  })

  test('repeats after 5xx and network errors, then says what happened', async () => {
    await using server = serve((_, count) =>
      count < 3 ? new Response('busy', { status: 503 }) : Response.json([{ id: 1 }]),
    )
    const retry = 'retry_backoff_multiplier_ms = 1, retry'
    expect(await read(`url = "${server.url}", ${SCHEMA}, ${retry} = 2`)).toEqual([[1n, null]])
    await using broken = serve(() => new Response('busy', { status: 503 }))
    expect(await failure(read(`url = "${broken.url}?key=secret", ${SCHEMA}, ${retry} = 1`))).toBe(
      `HTP-003 ${broken.url} answered with status 503: busy`,
    )
    expect(broken.received.length).toBe(2)
    const closed = serve(() => new Response())
    await closed.stop()
    expect(await failure(read(`url = "${closed.url}?key=secret", ${SCHEMA}`))).toStartWith(
      `HTP-002 ${closed.url} cannot be reached: `,
    )
  })

  test('gives up when no answer comes in time', async () => {
    await using server = serve(() => new Promise<Response>(() => {}))
    const timeouts = 'connect_timeout_ms = 20, socket_timeout_ms = 30'
    expect(await failure(read(`url = "${server.url}", ${SCHEMA}, ${timeouts}`))).toBe(
      `HTP-002 ${server.url} cannot be reached: no answer within 50 ms.`,
    )
  })

  test('names what is wrong with a response', async () => {
    await using server = serve(() => new Response('<html>'))
    expect(await failure(read(`url = "${server.url}", ${SCHEMA}`))).toBe(
      'HTP-004 A response for http is not JSON; it begins with: <html>',
    )
    await using missing = serve(() => new Response('no such thing', { status: 404 }))
    expect(await failure(read(`url = "${missing.url}", ${SCHEMA}`))).toBe(
      `HTP-003 ${missing.url} answered with status 404: no such thing`,
    )
    expect(await failure(read(`url = "nowhere", ${SCHEMA}`))).toBe(
      'HTP-001 "nowhere" is not a URL.',
    )
  })

  test('rejects a row that does not fit and reads the others', async () => {
    await using server = serve(() => Response.json([{ id: 'x' }, { id: 2 }]))
    const rejected: string[] = []
    const rows = await read(`url = "${server.url}", ${SCHEMA}`, {
      reject: ({ row }) => rejected.push(row),
    })
    expect(rows).toEqual([[2n, null]])
    expect(rejected).toEqual(['{"id":"x"}'])
  })

  test('asks again and again in a streaming job', async () => {
    await using server = serve((_, count) => Response.json([{ id: count }]))
    const text = `url = "${server.url}", ${SCHEMA}, poll_interval_millis = 1`
    const options = await writtenOptions(httpSource.options, text)
    const context = testContext({ jobMode: 'STREAMING' })
    const tables = await httpSource.discoverTables(options, context)
    const reader = httpSource.createReader(options, tables, context)
    await reader.startSplit((await httpSource.createEnumerator(options, tables, context).next(0))!)
    const ids: Value[] = []
    while (ids.length < 3) {
      const answer = await reader.read()
      if (typeof answer === 'object') ids.push(rowAt(answer, 0)[0]!)
      else await new Promise(setImmediate)
    }
    expect(ids).toEqual([1n, 2n, 3n])
    await reader.close()
  })
})

const table = {
  path: 'shop.orders',
  catalog: 'test',
  columns: [column('id', { kind: 'bigint' }), column('name', { kind: 'string' })],
}

const batchOf = (...ids: number[]) =>
  batchOfRows(
    table,
    ids.map((id) => [BigInt(id), `n${id}`]),
  )

const write = async (text: string, ids: number[], settings: TestContextOptions = {}) => {
  const options = await writtenOptions(httpSink.options, text)
  const context = testContext(settings)
  const writer = httpSink.createWriter(options, [table], context)
  await writer.open([])
  await writer.write(batchOf(...ids))
  await writer.prepareCommit(1)
  await writer.close()
}

for (const mode of ['', 'array_mode = true, batch_size = 15']) {
  sinkContract(`Http sink ${mode}`, async () => {
    const bodies: { id: number; name: string }[] = []
    const server = serve(({ body }) => {
      bodies.push(...[JSON.parse(body)].flat())
      return new Response()
    })
    return {
      connector: httpSink,
      options: await writtenOptions(httpSink.options, `url = "${server.url}", ${mode}`),
      tables: [table],
      batches: [batchOf(1, 2), batchOf(3, 4, 5)],
      visibleRows: async () => bodies.map(({ id, name }) => `shop.orders +I ${id} "${name}"`),
      [Symbol.asyncDispose]: async () => {
        await server.stop()
      },
    }
  })
}

describe('Http sink', () => {
  test('posts each row to the URL of its table', async () => {
    await using server = serve(() => new Response())
    await write(
      `url = "${server.url}/\${database_name}/\${table_name}", headers { token = t }`,
      [1, 2],
    )
    expect(server.received.map(({ body }) => body)).toEqual([
      '{"id":1,"name":"n1"}',
      '{"id":2,"name":"n2"}',
    ])
    const [first] = server.received
    expect([first!.method, first!.url.pathname, first!.headers.get('token')]).toEqual([
      'POST',
      '/data/shop/orders',
      't',
    ])
  })

  test('posts arrays of at most batch_size rows', async () => {
    await using server = serve(() => new Response())
    await write(`url = "${server.url}", array_mode = true, batch_size = 2`, [1, 2, 3])
    const counts = server.received.map(({ body }) => (JSON.parse(body) as unknown[]).length)
    expect(counts).toEqual([2, 1])
  })

  test('rejects what is refused and repeats what failed', async () => {
    const rejected: string[] = []
    await using server = serve(({ body }, count) => {
      if (body.includes('"id":2')) return new Response('bad row', { status: 422 })
      return new Response('', { status: count === 1 ? 502 : 200 })
    })
    const text = `url = "${server.url}", retry = 3, retry_backoff_multiplier_ms = 1`
    await write(text, [1, 2, 3], { reject: ({ row }) => rejected.push(row) })
    expect(rejected).toEqual(['{"id":2,"name":"n2"}'])
    expect(server.received.length).toBe(4)
    expect(await failure(write(text, [2]))).toBe(
      `HTP-003 ${server.url} answered with status 422: bad row`,
    )
  })
})
