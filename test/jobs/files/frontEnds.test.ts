import { expect, test } from 'bun:test'
import { formatOf, readJobText, type JobFormat } from '../../../jobs/files/index.ts'
import { formatDiagnostic } from '../../../runtime/errors/index.ts'
import { STUBS } from './stubs.ts'

const HOCON = `
  # a job
  env { job.mode = BATCH, job.name = same, parallelism = 2, checkpoint.interval = 1000 }
  source {
    FakeSource {
      plugin_output = fake
      row.num = 16
      schema { fields { id = bigint, name = string, "odd.name" = "decimal(38, 18)" } }
      rows = [{ kind = INSERT, fields = [12345678901234567890, "it's", 1.50] }]
    }
  }
  transform { Sql { plugin_input = fake, plugin_output = out__input0, query = "SELECT id, name FROM fake" } }
  sink { Console { plugin_input = [out__input0], rules { a = [1, 2] } } }`

const JSON_TEXT = `{
  "env": { "job.mode": "BATCH", "job": { "name": "same" }, "parallelism": 2, "checkpoint.interval": 1000 },
  "source": [{ "plugin_name": "FakeSource", "plugin_output": "fake", "row.num": 16,
    "schema": { "fields": { "id": "bigint", "name": "string", "odd.name": "decimal(38, 18)" } },
    "rows": [{ "kind": "INSERT", "fields": [12345678901234567890, "it's", 1.50] }] }],
  "transform": [{ "plugin_name": "Sql", "plugin_input": "fake", "plugin_output": "out__input0", "query": "SELECT id, name FROM fake" }],
  "sink": [{ "plugin_name": "Console", "plugin_input": ["out__input0"], "rules": { "a": [1, 2] } }]
}`

const YAML = `
env: &env
  job.mode: BATCH
  job.name: same
  parallelism: 2
  checkpoint.interval: 1000
source:
  FakeSource:
    plugin_output: fake
    row.num: 16
    schema: { fields: { id: bigint, name: string, odd.name: "decimal(38, 18)" } }
    rows:
      - kind: INSERT
        fields: [12345678901234567890, it's, 1.50]
transform:
  - Sql:
      plugin_input: fake
      plugin_output: out__input0
      query: SELECT id, name FROM fake
sink:
  - plugin_name: Console
    plugin_input: [out__input0]
    rules: { a: [1, 2] }
`

const SQL = `
/* config
env { job.mode = BATCH, job.name = same, parallelism = 2, checkpoint.interval = 1000 }
*/
-- the rows
CREATE TABLE fake WITH (
  'connector' = 'FakeSource', 'type' = 'source', 'row.num' = '16',
  'schema' = '{ fields { id = bigint, name = string, "odd.name" = "decimal(38, 18)" } }',
  'rows' = '[{ kind = INSERT, fields = [12345678901234567890, "it''s", 1.50] }]'
);
CREATE TABLE out WITH ('connector' = 'Console', 'type' = 'sink', 'rules' = '{ a = [1, 2] }');
INSERT INTO out SELECT id, name FROM fake;
`

const planOf = async (text: string, format: JobFormat) => {
  const job = await readJobText(text, format, 'job', { registries: STUBS })
  expect(job.diagnostics.map(formatDiagnostic)).toEqual([])
  const { env, ...plan } = job.plan!
  const { raw: _, ...rest } = env
  const vertices = plan.vertices.map(({ at: _at, optionPlaces: _places, ...vertex }) => vertex)
  return { ...plan, env: rest, vertices }
}

test('the same job has the same plan in HOCON, JSON, YAML and SQL', async () => {
  const plan = await planOf(HOCON, 'hocon')
  expect(plan.vertices[0]!.options['rows']).toEqual([
    { kind: 'INSERT', fields: ['12345678901234567890', "it's", 1.5] },
  ])
  expect(await planOf(JSON_TEXT, 'json')).toEqual(plan)
  expect(await planOf(YAML, 'yaml')).toEqual(plan)
  expect(await planOf(SQL, 'sql')).toEqual(plan)
})

test('the name of a file tells its format', () => {
  const names = ['a.conf', 'a.hocon', 'a', 'x.y/a', 'a.JSON', 'a.yml', 'a.yaml', 'a.sql']
  expect(names.map(formatOf)).toEqual([
    'hocon',
    'hocon',
    'hocon',
    'hocon',
    'json',
    'yaml',
    'yaml',
    'sql',
  ])
})

const problemsOf = async (text: string, format: JobFormat) =>
  (await readJobText(text, format, 'job', { registries: STUBS })).diagnostics.map(formatDiagnostic)

test.each([
  [
    "CREATE TABLE a WITH ('connector' = 'FakeSource')",
    "job:1:14 CFG-003 The table `a` needs 'type'",
  ],
  ["CREATE TABLE a WITH ('type' = 'source')", "job:1:14 CFG-003 The table `a` has no 'connector'"],
  ["CREATE TABLE a WITH ('x' = 'y'", 'job:1:31 CFG-001 Expected `)` but found the end'],
  ["CREATE TABLE a WITH ('x", 'job:1:22 CFG-001 The text that begins here is never closed'],
  ['DROP TABLE a', 'job:1:1 CFG-001 Expected CREATE TABLE or INSERT INTO but found `DROP`'],
  ['INSERT INTO b SELECT 1, 2', 'CFG-001 Expected FROM and a table'],
  ['/* x', 'job:1:1 CFG-001 The comment that begins here is never closed'],
  [
    "CREATE TABLE a WITH ('connector' = 'Console', 'type' = 'sink')",
    'Nothing is written to the table `a`',
  ],
  [
    "CREATE TABLE a WITH ('connector' = 'FakeSource', 'type' = 'source', 'rows' = '[''x'', a:b]')",
    'job:1:88 CFG-001 `:` is not allowed',
  ],
  ['/* config\nenv { parallelism = 0 }\n*/', 'job:2:21 CFG-005 `parallelism`'],
  [
    "CREATE TABLE s WITH ('connector' = 'FakeSource', 'type' = 'source');\nINSERT INTO z SELECT s",
    'job:2:13 PLN-001 There is no sink table `z`',
  ],
])('a problem in SQL has its place: %#', async (text, problem) => {
  expect((await problemsOf(text, 'sql')).join('\n')).toContain(problem)
})

test('SQL: several inserts, a table between, and a table as it is', async () => {
  const { plan } = await readJobText(
    `CREATE TABLE s WITH ('connector' = 'FakeSource', 'type' = 'source');
     CREATE TABLE a WITH ('connector' = 'Console', 'type' = 'sink');
     CREATE TABLE b WITH ('connector' = 'Console', 'type' = 'sink');
     CREATE TABLE t AS SELECT EXTRACT(YEAR FROM d) AS y FROM \`s\`;
     INSERT INTO a SELECT t;
     INSERT INTO b SELECT * FROM t WHERE y > 'FROM x';`,
    'sql',
    'job',
    { registries: STUBS },
  )
  expect(plan!.vertices.map(({ name, input, output }) => [name, input, output])).toEqual([
    ['Source[0]-FakeSource', [], 's'],
    ['Transform[0]-Sql', ['s'], 't'],
    ['Transform[1]-Sql', ['t'], 'b__input1'],
    ['Sink[0]-Console-MultiTableSink', ['t'], null],
    ['Sink[1]-Console-MultiTableSink', ['b__input1'], null],
  ])
})

test.each([
  ['source: [a', 'CFG-001'],
  ['- a', 'A job must be an object'],
  ['a: *b', 'CFG-001'],
  ['a: &a [*a]', 'leads back to itself'],
  ['a: 1\na: 2', 'CFG-001'],
])('a problem in YAML is reported: %j', async (text, problem) => {
  expect((await problemsOf(text, 'yaml')).join('\n')).toContain(problem)
})
