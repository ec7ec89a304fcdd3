import { expect, test } from 'bun:test'
import {
  optionsDocumentation,
  optionsJsonSchema,
  redact,
} from '../../../jobs/optionblocks/index.ts'
import { option } from '../../../jobs/options/index.ts'

const specs = {
  url: option.string({ description: 'Where | to.', required: true, example: 'x' }),
  key: option.string({ description: 'The key.', secret: true }),
  format: option.string({ description: 'The format.', values: ['CSV'], defaultValue: 'CSV' }),
  rules: option.list(
    option.object(
      { size: option.integer({ description: 'The size.', minimum: 1, aliases: ['length'] }) },
      { description: 'A rule.' },
    ),
    { description: 'Rules.' },
  ),
}

test('secrets are never printed, also by their name alone', () => {
  expect(
    redact(specs, {
      url: 'u',
      key: 'k',
      rules: [{ password: 'p', size: 1 }],
      headers: { Authorization: 'Bearer x', 'db.password': 'y', accept: 'z' },
      empty: undefined,
    }),
  ).toEqual({
    url: 'u',
    key: '******',
    rules: [{ password: '******', size: 1 }],
    headers: { Authorization: '******', 'db.password': '******', accept: 'z' },
    empty: undefined,
  })
})

test('the documentation is a table with nested options', () => {
  expect(optionsDocumentation(specs).split('\n')).toEqual([
    '| Option | Type | Default | Description |',
    '| --- | --- | --- | --- |',
    '| `url` | string | **required** | Where \\| to. Example: `"x"`. |',
    '| `key` | string |  | The key. Secret: never shown. |',
    '| `format` | string | `"CSV"` | The format. One of CSV. |',
    '| `rules` | list of object |  | Rules. |',
    '| `rules[].size` | integer |  | The size. At least 1. Also: `length`. |',
    '',
  ])
})

test('the JSON Schema allows what the reader converts', () => {
  const schema = optionsJsonSchema(specs) as never as {
    required: string[]
    properties: { [key: string]: { [key: string]: unknown } }
  }
  expect(schema.required).toEqual(['url'])
  expect(schema.properties['format']).toEqual({
    description: 'The format.',
    default: 'CSV',
    type: 'string',
    enum: ['CSV', 'csv'],
  })
  expect(JSON.stringify(schema.properties['rules'])).toContain('"length"')
})
