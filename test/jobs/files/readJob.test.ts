import { expect, test } from 'bun:test'
import { readJobText, type JobFormat, type ReadJobOptions } from '../../../jobs/files/index.ts'
import { formatDiagnostic } from '../../../runtime/errors/index.ts'
import { STUBS } from './stubs.ts'

const read = async (text: string, options: ReadJobOptions = {}, format: JobFormat = 'hocon') => {
  const job = await readJobText(text, format, 'job', { registries: STUBS, ...options })
  return { ...job, problems: job.diagnostics.map(formatDiagnostic) }
}

const SOURCE = 'source { FakeSource { plugin_output = a, schema { fields { id = int } } } }'
const SINK = 'sink { Console { plugin_input = a } }'

test('a job of one source and one sink is a chain without names', async () => {
  const { plan, problems, tables } = await read(
    'env { parallelism = 2 }\nsource { fakesource { schema { fields { id = int } } } }\nsink { console {} }',
  )
  expect(problems).toEqual([])
  expect(plan!.vertices).toMatchObject([
    { name: 'Source[0]-FakeSource', plugin: 'FakeSource', parallelism: 2, output: null },
    { name: 'Sink[0]-Console-MultiTableSink', parallelism: 2, input: [] },
  ])
  expect(plan!.edges).toEqual([{ from: 0, to: 1, partitioning: { kind: 'forward' } }])
  expect(tables[1]!.input).toMatchObject([{ path: 'fake', columns: [{ name: 'id' }] }])
  expect(Object.isFrozen(plan!.vertices[0]!.options)).toBe(true)
  expect(JSON.parse(JSON.stringify(plan))).toMatchObject({ name: 'SeaTunnel_Job' })
})

test('the env block is read, and what is for other engines is left out', async () => {
  const { plan, problems } = await read(`env {
      job.name = n, job.mode = streaming, parallelism = 3, checkpoint.interval = "5000"
      checkpoint { timeout = 100 }, job.retry.times = 0, read_limit.rows_per_second = 7
      spark.app.name = x, "flink.a" = y, tag_filter { zone.a = b }
      dead_letter { mode = route, output = bad, max_count = 5, max_percent = 1.5 }
    }
    ${SOURCE} ${''}
    sink { Console { plugin_input = a }, Console { plugin_input = bad } }`)
  expect(problems).toEqual([])
  expect(plan).toMatchObject({
    name: 'n',
    env: {
      mode: 'STREAMING',
      parallelism: 3,
      retryTimes: 0,
      retryIntervalSeconds: 3,
      checkpointIntervalMs: 5000,
      checkpointTimeoutMs: 100,
      checkpointMinPauseMs: -1,
      readLimitRowsPerSecond: 7,
      tagFilter: { 'zone.a': 'b' },
      deadLetters: { mode: 'ROUTE', output: 'bad', maxCount: 5, maxPercent: 1.5 },
    },
  })
  expect(plan!.vertices[2]).toMatchObject({ input: ['bad'], parallelism: 1 })
})

test('two plugins of one name are two vertices', async () => {
  const { plan, problems } = await read(`${SOURCE}
    transform { Copy { plugin_input = a, plugin_output = b }, Sql { plugin_input = b, plugin_output = c }
      Copy { plugin_input = c, plugin_output = d } }
    sink { Console { plugin_input = d } }`)
  expect(problems).toEqual([])
  expect(plan!.vertices.map((vertex) => vertex.name)).toEqual([
    'Source[0]-FakeSource',
    'Transform[0]-Copy',
    'Transform[1]-Sql',
    'Transform[2]-Copy',
    'Sink[0]-Console-MultiTableSink',
  ])
})

test('old names of inputs and outputs work, and lists of inputs', async () => {
  const { plan, problems } = await read(`source {
      FakeSource { result_table_name = a, schema { fields { id = int } } }
      FakeSource { plugin_output = b, parallelism = 3, schema { fields { id = int } } }
    }
    sink { Console { source_table_name = [a, b] } }`)
  expect(problems).toEqual([])
  expect(plan!.edges).toEqual([
    { from: 0, to: 2, partitioning: { kind: 'rebalance' } },
    { from: 1, to: 2, partitioning: { kind: 'forward' } },
  ])
  expect(plan!.vertices[2]!.parallelism).toBe(3)
})

test.each([
  ['', 'job:1:1 PLN-001 The job has no source'],
  [SOURCE, 'The job has no sink'],
  [
    `${SOURCE}\nsink { Consol {} }`,
    'job:2:8 PLN-002 There is no sink `Consol`. Did you mean Console?',
  ],
  [`${SOURCE}\nsink { FakeSource {} }`, 'FakeSource is no sink, only a source.'],
  [
    `sources { FakeSource {} }\n${SINK}`,
    'job:1:1 CFG-002 A job has no block `sources`. Did you mean `source`?',
  ],
  [
    `source { FakeSource { row.nmu = 1 } }\n${SINK}`,
    'job:1:27 CFG-002 FakeSource has no option `row.nmu`. Did you mean `row.num`?',
  ],
  [
    `${SOURCE}\nsink { Console { plugin_input = a }, Console {} }`,
    'job:2:38 PLN-001 Console does not say what it reads',
  ],
  [
    `${SOURCE}\nsink { Console { plugin_input = a }, Console { plugin_input = aa } }`,
    'job:2:63 PLN-001 Console reads from `aa`, which nothing writes. Did you mean `a`?',
  ],
  [
    `source { FakeSource {}, FakeSource { plugin_output = a } }\n${SINK}`,
    'job:1:10 PLN-001 FakeSource has no name',
  ],
  [
    `source { FakeSource { plugin_output = a }, FakeSource { plugin_output = a } }\n${SINK}`,
    'job:1:73 PLN-001 The output `a` is also that of FakeSource in line 1',
  ],
  [
    `source { FakeSource { plugin_output = a }, FakeSource { plugin_output = b } }\n${SINK}`,
    'job:1:73 PLN-001 Nothing reads the output `b`',
  ],
  [
    `${SOURCE}\ntransform { Copy { plugin_input = [a, c], plugin_output = b }, Copy { plugin_input = b, plugin_output = c } }\nsink { Console { plugin_input = b } }`,
    'break the circle',
  ],
  [
    `env { dead_letter.mode = ROUTE }\n${SOURCE}\n${SINK}`,
    'job:1:26 CFG-003 `dead_letter.mode = ROUTE` needs',
  ],
  [
    `env { dead_letter.mode = ROUTE, dead_letter.output = bad }\n${SOURCE}\n${SINK}`,
    'No sink reads the dead letters `bad`',
  ],
  [
    `env { parallelism = 0 }\n${SOURCE}\n${SINK}`,
    'job:1:21 CFG-005 `parallelism` must be 1 or more.',
  ],
  [
    `${SOURCE}\ntransform { Copy { plugin_input = a, plugin_output = b, drop = ie } }\nsink { Console {} }`,
    'job:2:64 PLN-003 `drop`: there is no column "ie".',
  ],
  [
    `source { FakeSource { plugin_output = a, schema { fields { id = int } } }, FakeSource { plugin_output = b, schema { fields { id = string } } } }\nsink { Console { plugin_input = [a, b] } }`,
    'job:2:33 PLN-003 Console reads `a` and `b`, whose columns differ: id int and id string.',
  ],
  [
    `source { FakeSource { schema { fields { id = strng } } } }\n${SINK}`,
    'ROW-001 Column `id` of `schema`',
  ],
  [`${SOURCE}\nsink { Console = 3 }`, 'job:2:18 CFG-004 `Console` must be an object'],
])('a problem is reported: %#', async (text, problem) => {
  expect((await read(text)).problems.join('\n')).toContain(problem)
})

test('problems of options, wiring and columns come in one run', async () => {
  const { plan, problems } = await read(`env { parallelism = many }
    source { FakeSource { plugin_output = a, schema { fields { id = strin } } }
      FakeSource { plugin_output = b, schema { fields { id = int } } } }
    transform { Copy { plugin_input = b, plugin_output = c, drop = nothing } }
    sink { Console { plugin_input = a }, Consol { plugin_input = c }, Console { plugin_input = d } }`)
  expect(plan).toBeUndefined()
  expect(problems.map((each) => each.split(' ').slice(0, 2).join(' '))).toEqual([
    'job:1:21 CFG-004',
    'job:2:53 ROW-001',
    'job:4:68 PLN-003',
    'job:5:42 PLN-002',
    'job:5:96 PLN-001',
  ])
})

test('warnings do not stop a job unless they are asked to', async () => {
  const text = `source { FakeSource { colour = red } }\n${SINK}`
  expect((await read(text)).plan).toBeDefined()
  expect((await read(text, { strict: true })).plan).toBeUndefined()
})

test('names in a simple chain that do not match are a warning', async () => {
  const { plan, problems } = await read(`${SOURCE}\nsink { Console { plugin_input = z } }`)
  expect(plan!.edges).toHaveLength(1)
  expect(problems.join()).toContain('reads from `z` but FakeSource writes `a`')
})

test('job variables are filled in, in and out of quotes', async () => {
  const text = `env { parallelism = \${p}, job.name = "\${n:none}-\${env}" }
    source { FakeSource { rows = \${rows}, row.num = "\${count:7}", schema { fields { id = \${t:int} } } } }
    sink { Console { path = "\${k0}=\${v0}/\${transactionId}/\${table_name}/\${now}" } }`
  const { plan, problems } = await read(text, {
    variables: { p: '4', rows: '[1, two]' },
    environment: { env: 'test', now: 'never', p: '9' },
  })
  expect(problems).toEqual([])
  expect(plan).toMatchObject({ name: 'none-test', env: { parallelism: 4 } })
  expect(plan!.vertices[0]!.options).toMatchObject({ rows: [1, 'two'], 'row.num': 7 })
  expect(plan!.vertices[1]!.options['path']).toBe(
    '${k0}=${v0}/${transactionId}/${table_name}/${now}',
  )
})

test('tables flow through transforms', async () => {
  const { tables, problems } = await read(`source { FakeSource { tables_configs = [
      { schema { table = s.abc, fields { id = int, x = int } } }
      { schema { table = s.xyz, fields { id = int, x = int } } } ] } }
    transform { Copy { drop = x } }
    sink { Console {} }`)
  expect(problems).toEqual([])
  const names = tables[2]!.input!.map(({ path, columns }) => [
    path,
    columns.map(({ name }) => name),
  ])
  expect(names).toEqual([
    ['s.abc', ['id']],
    ['s.xyz', ['id']],
  ])
})

test('a variable without a value is a warning outside quotes, unless a sink fills it in', async () => {
  const text = `${SOURCE}\nsink { Console { plugin_input = a, path = \${gone}/\${table_name} } }`
  const { plan, problems } = await read(text)
  expect(problems).toEqual(['job:2:43 CFG-006 `${gone}` has no value and stays as it is.'])
  expect(plan!.vertices[1]!.options['path']).toBe('${gone}/${table_name}')
})
