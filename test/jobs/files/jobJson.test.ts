import { expect, test } from 'bun:test'
import { readJobAsJson } from '../../../jobs/files/index.ts'
import { diskOf } from '../../runtime/config/hocon/read.ts'

const NOTHING = { variables: {}, environment: {} }

test('a job in HOCON becomes JSON with its variables, includes and numbers as they are written', async () => {
  const disk = diskOf({
    'job.conf': `
      env { job.name = "of \${who}", job { retry.times = 0 }, tag_filter { zone = a }, parallelism = 2 }
      source { FakeSource { row.num = 1.10, big = 9007199254740993, include "more.conf" } }
      transform { Copy { drop = a }, Copy { drop = \${dropped} } }
      sink { Console { table = "\${table_name}", on = true } }`,
    'more.conf': 'schema { fields { id = bigint } }',
  })
  const values = { variables: { who: 'me' }, environment: { dropped: '"b"' } }
  const text = await readJobAsJson({ disk }, 'job.conf', values)
  expect(text).toContain('"row":{"num":1.10},"big":9007199254740993')
  expect(JSON.parse(text)).toEqual({
    env: {
      'job.name': 'of me',
      'job.retry.times': 0,
      tag_filter: { zone: 'a' },
      parallelism: 2,
    },
    source: [
      {
        plugin_name: 'FakeSource',
        row: { num: 1.1 },
        big: expect.any(Number),
        schema: { fields: { id: 'bigint' } },
      },
    ],
    transform: [
      { plugin_name: 'Copy', drop: 'a' },
      { plugin_name: 'Copy', drop: '"b"' },
    ],
    sink: [{ plugin_name: 'Console', table: '${table_name}', on: true }],
  })
})

test.each([
  [
    'job.json',
    '{"source":[{"plugin_name":"FakeSource","rows":[{"a":null}]}],"sink":{"Console":{}}}',
  ],
  ['job.yaml', 'source: { FakeSource: { rows: [{ a: null }] } }\nsink: [{ plugin_name: Console }]'],
])('a job in %s becomes the same JSON', async (file, text) => {
  expect(
    JSON.parse(await readJobAsJson({ disk: diskOf({ [file]: text }) }, file, NOTHING)),
  ).toEqual({
    env: {},
    source: [{ plugin_name: 'FakeSource', rows: [{ a: null }] }],
    transform: [],
    sink: [{ plugin_name: 'Console' }],
  })
})

test('a job that cannot be read is refused with its place', () => {
  const disk = diskOf({ 'job.conf': 'sink { Console { password = a:b } }' })
  return expect(readJobAsJson({ disk }, 'job.conf', NOTHING)).rejects.toMatchObject({
    code: 'CFG-001',
    at: { line: 1, column: 30 },
  })
})
