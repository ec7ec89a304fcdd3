import { option } from '../../options/index.ts'

const MODES = ['RANGE', 'TEMPLATE'] as const

const mode = (kind: string) =>
  option.string({
    description: `How ${kind} values are made: RANGE, or TEMPLATE with ${kind}.template.`,
    values: MODES,
    defaultValue: 'RANGE',
    advanced: true,
  })

const bound = (kind: string, end: 'least' | 'greatest', defaultValue: number) =>
  option.number({
    description: `The ${end} ${kind} value; the greatest itself is left out of a range.`,
    defaultValue,
    advanced: true,
  })

const numbers = (kind: string) =>
  option.list(option.number({ description: 'A value.', required: true }), {
    description: `${kind} values are picked from these.`,
    advanced: true,
  })

const parts = (what: string) =>
  option.list(option.integer({ description: 'A number.', required: true }), {
    description: `The ${what} of dates and times is picked from these.`,
    advanced: true,
  })

const size = (what: string, defaultValue: number) =>
  option.integer({ description: what, defaultValue, minimum: 0, maximum: 1_000_000 })

const integral = (description: string, defaultValue: string) =>
  option.any({ description, defaultValue, advanced: true })

const row = option.object(
  {
    kind: option.string({
      description: 'INSERT, UPDATE_BEFORE, UPDATE_AFTER or DELETE, or +I, -U, +U, -D.',
      defaultValue: 'INSERT',
    }),
    fields: option.any({
      description: 'The values: a list in the order of the schema, or an object by column name.',
      required: true,
    }),
  },
  { description: 'A row.', required: true },
)

/** The options of one generated table. */
export const TABLE_OPTIONS = {
  schema: option.any({
    description: 'The schema block of the table.',
    example: { fields: { id: 'bigint', name: 'string' } },
  }),
  rows: option.list(row, {
    description: 'These rows instead of random ones; each split of each reader yields all of them.',
  }),
  'row.num': option.integer({
    description: 'How many rows each parallel reader yields.',
    defaultValue: 5,
    minimum: 0,
  }),
  'split.num': option.integer({
    description: 'How many splits the rows of a reader are cut into.',
    defaultValue: 1,
    minimum: 1,
    maximum: 100_000,
  }),
  'split.read-interval': option.integer({
    description: 'Milliseconds from the start of one split to the start of the next of a reader.',
    defaultValue: 1,
    minimum: 0,
  }),
  'map.size': size('How many entries a map has.', 5),
  'array.size': size('How many items an array has.', 5),
  'bytes.length': size('How many bytes a bytes value has.', 5),
  'string.length': size('How many letters a string has; a columnLength goes first.', 5),
  'vector.dimension': size('The dimension of vectors; a columnScale goes first.', 4),
  'binary.vector.dimension': size('The dimension of binary vectors, a multiple of 8.', 8),
  'vector.float.min': bound('vector item', 'least', 0),
  'vector.float.max': bound('vector item', 'greatest', 3.4028234663852886e38),
  'string.fake.mode': mode('string'),
  'string.template': option.list(option.string({ description: 'A value.', required: true }), {
    description: 'Strings are picked from these.',
  }),
  'tinyint.fake.mode': mode('tinyint'),
  'tinyint.template': numbers('tinyint'),
  'tinyint.min': bound('tinyint', 'least', 0),
  'tinyint.max': bound('tinyint', 'greatest', 127),
  'smallint.fake.mode': mode('smallint'),
  'smallint.template': numbers('smallint'),
  'smallint.min': bound('smallint', 'least', 0),
  'smallint.max': bound('smallint', 'greatest', 32767),
  'int.fake.mode': mode('int'),
  'int.template': numbers('int'),
  'int.min': bound('int', 'least', 0),
  'int.max': bound('int', 'greatest', 2147483647),
  'bigint.fake.mode': mode('bigint'),
  'bigint.template': option.list(option.any({ description: 'A value.', required: true }), {
    description: 'bigint values are picked from these.',
    advanced: true,
  }),
  'bigint.min': integral('The least bigint value.', '0'),
  'bigint.max': integral('The greatest bigint value.', '9223372036854775807'),
  'float.fake.mode': mode('float'),
  'float.template': numbers('float'),
  'float.min': bound('float', 'least', 0),
  'float.max': bound('float', 'greatest', 3.4028234663852886e38),
  'double.fake.mode': mode('double'),
  'double.template': numbers('double'),
  'double.min': bound('double', 'least', 0),
  'double.max': bound('double', 'greatest', Number.MAX_VALUE),
  'date.year.template': parts('year'),
  'date.month.template': parts('month'),
  'date.day.template': parts('day of the month'),
  'time.hour.template': parts('hour'),
  'time.minute.template': parts('minute'),
  'time.second.template': parts('second'),
  'auto.increment.enabled': option.boolean({
    description: 'Numbers the rows in the int and bigint columns of the primary key.',
    defaultValue: false,
  }),
  'auto.increment.start': option.integer({
    description: 'The first number of auto.increment.',
    defaultValue: 1,
  }),
}

/** The options of FakeSource: one table, or several under `tables_configs`. */
export const FAKE_SOURCE_OPTIONS = {
  ...TABLE_OPTIONS,
  tables_configs: option.list(
    option.object(TABLE_OPTIONS, { description: 'A table.', required: true }),
    { description: 'Several tables, each with the options of one; all else is then ignored.' },
  ),
}
