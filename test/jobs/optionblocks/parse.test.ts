import { expect, test } from 'bun:test'
import { parseOptions } from '../../../jobs/optionblocks/index.ts'
import { option } from '../../../jobs/options/index.ts'
import { readHocon } from '../../../runtime/config/index.ts'
import { Diagnostics, formatDiagnostic } from '../../../runtime/errors/index.ts'

const specs = {
  path: option.string({ description: 'Where to write.', required: true }),
  'row.num': option.integer({ description: 'Rows.', defaultValue: 5, minimum: 1 }),
  ratio: option.number({ description: 'A share.', maximum: 1 }),
  header: option.boolean({ description: 'A header.', defaultValue: false }),
  format: option.string({ description: 'The format.', values: ['CSV', 'JSON'] }),
  columns: option.list(option.string({ description: 'A column.' }), { description: 'Columns.' }),
  properties: option.map(option.string({ description: 'A value.' }), { description: 'Further.' }),
  rules: option.list(
    option.object(
      { name: option.string({ description: 'The name.', required: true }) },
      { description: 'A rule.' },
    ),
    { description: 'Rules.' },
  ),
  way: option.string({ description: 'What to do.', aliases: ['old_way'] }),
  'way.table': option.string({ description: 'Where to.' }),
  rows: option.any({ description: 'Rows as they are.' }),
}

const parse = async (text: string, strict = false) => {
  const diagnostics = new Diagnostics()
  const object = await readHocon(text, 'job.conf', diagnostics)
  const at = { file: 'job.conf', line: 1, column: 1 }
  const owner = { name: 'Test', at, strict, ignored: new Set(['plugin_input']) }
  const { options, places } = parseOptions(specs, object, diagnostics, owner)
  return { options, places, problems: diagnostics.all.map(formatDiagnostic) }
}

test('values are converted as HOCON does', async () => {
  const { options, problems } = await parse(`
    path = 5.0, row.num = "100", ratio = "0.5", header = yes, format = csv, columns = a
    properties { a.b = 1, c = true, "d.e" = x }
    rules { name = first }
    rows = [[1, null, "x"]]
    plugin_input = fake
  `)
  expect(problems).toEqual([])
  expect(options).toEqual({
    path: '5.0',
    'row.num': 100,
    ratio: 0.5,
    header: true,
    format: 'CSV',
    columns: ['a'],
    properties: { 'a.b': '1', c: 'true', 'd.e': 'x' },
    rules: [{ name: 'first' }],
    way: undefined,
    'way.table': undefined,
    rows: [[1, null, 'x']],
  })
})

test('a dotted key is found quoted, nested and dotted; places lead to the value', async () => {
  for (const text of ['"row.num" = 7', 'row { num = 7 }', 'row.num = 7']) {
    const { options, places } = await parse(`path = x\n${text}`)
    expect(options['row.num']).toBe(7)
    expect(places['row.num']).toEqual({
      file: 'job.conf',
      line: 2,
      column: text.indexOf('7') + 1,
    })
    expect(places['header']).toBeUndefined()
  }
})

test('an option may stand beside options below it', async () => {
  const { options, problems } = await parse('path = x\nway = ROUTE\nway.table = errors')
  expect(problems).toEqual([])
  expect(options).toMatchObject({ way: 'ROUTE', 'way.table': 'errors' })
})

test('an older name works; null is no value', async () => {
  const { options } = await parse('path = x\nold_way = SKIP\nheader = null')
  expect(options).toMatchObject({ way: 'SKIP', header: false })
})

test('all problems come in one run, with places', async () => {
  const { problems } = await parse(
    `row.num = 0
     ratio = many
     header = 2
     format = cvs
     columns = [a, null, {}]
     rules = [{}, { nam = x }]
     pth = x`,
  )
  expect(problems).toEqual([
    'job.conf:1:1 CFG-003 Test needs the option `path`: where to write.',
    'job.conf:1:11 CFG-005 `row.num` must be 1 or more.',
    'job.conf:2:14 CFG-004 `ratio` must be a number, not "many".',
    'job.conf:3:15 CFG-004 `header` must be true or false, not 2.',
    'job.conf:4:15 CFG-005 `format` must be one of CSV, JSON, not "cvs". Did you mean CSV?',
    'job.conf:5:20 CFG-004 `columns[1]` must be a value, not null.',
    'job.conf:5:26 CFG-004 `columns[2]` must be a text, not an object.',
    'job.conf:6:15 CFG-003 Test needs the option `rules[0].name`: the name.',
    'job.conf:6:19 CFG-003 Test needs the option `rules[1].name`: the name.',
    'job.conf:6:21 CFG-002 Test has no option `rules[1].nam`. Did you mean `rules[1].name`? It is ignored.',
    'job.conf:7:6 CFG-002 Test has no option `pth`. Did you mean `path`? It is ignored.',
  ])
})

test('a dotted key that is nearly right is meant as a whole', async () => {
  const { problems } = await parse('path = x\nrwo.num = 3')
  expect(problems).toEqual([
    'job.conf:2:1 CFG-002 Test has no option `rwo.num`. Did you mean `row.num`? It is ignored.',
  ])
})

test('unknown options are errors when asked for', async () => {
  const { problems } = await parse('path = x\nrow.nmu = 3', true)
  expect(problems).toEqual([
    'job.conf:2:5 CFG-002 Test has no option `row.nmu`. Did you mean `row.num`?',
  ])
})
