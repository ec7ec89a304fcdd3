import { expect, test } from 'bun:test'
import { dataValidator } from '../../../jobs/transforms/datavalidator/index.ts'
import { Decimal, type Value } from '../../../runtime/rows/index.ts'
import { applyTransform, bindTransform, failureOf, tableOf } from './harness.ts'

const FIELDS = { name: 'string', age: 'int', price: 'decimal(10, 2)', tags: 'array<string>' }
const GOOD: Value[] = ['Joy', 20, new Decimal(1000n, 2), ['a']]

const problemsOf = async (rule: string, change: Partial<Record<keyof typeof FIELDS, Value>>) => {
  const row = Object.keys(FIELDS).map((field, index) =>
    field in change ? change[field as keyof typeof FIELDS]! : GOOD[index]!,
  )
  const options = `field_rules = [{ ${rule} }]`
  const { errors } = await applyTransform(dataValidator, options, tableOf(FIELDS), [row])
  return errors
}

test.each([
  ['field_name = name, rule_type = NOT_NULL', { name: null }, '"name" must not be null.'],
  [
    'field_name = age, rule_type = RANGE, max_value = "150"',
    { age: 151 },
    '"age" must be at most 150.',
  ],
  ['field_name = age, rule_type = RANGE, min_value = 0', { age: -1 }, '"age" must be at least 0.'],
  [
    'field_name = price, rule_type = RANGE, min_value = "10.00", min_inclusive = false',
    {},
    '"price" must be above 10.00.',
  ],
  [
    'field_name = name, rule_type = LENGTH, min_length = 4',
    {},
    '"name" must have a length of 4 or more.',
  ],
  [
    'field_name = tags, rule_type = LENGTH, exact_length = 2',
    {},
    '"tags" must have a length of 2.',
  ],
  ['field_name = name, rule_type = REGEX, pattern = "jo."', {}, '"name" does not match jo..'],
  ['field_name = name, rule_type = REGEX, pattern = "o"', {}, '"name" does not match o.'],
  [
    'field_name = name, rule_type = UDF, function_name = EMAIL, custom_message = "no email"',
    { name: 'bob@invalid-email' },
    '"name" no email.',
  ],
  [
    'field_name = name, rules = [{ rule_type = LENGTH, max_length = 2 }, { rule_type = NOT_NULL }]',
    {},
    '"name" must have a length of 2 or less.',
  ],
])('%s refuses a row', async (rule, change, sentence) => {
  expect(await problemsOf(rule, change)).toEqual([sentence])
})

test.each([
  ['field_name = age, rule_type = RANGE, min_value = 20, max_value = 20', {}],
  ['field_name = age, rule_type = RANGE, min_value = 0', { age: null }],
  ['field_name = name, rule_type = REGEX, pattern = "jo.", case_sensitive = false', {}],
  ['field_name = name, rule_type = UDF, function_name = EMAIL', { name: 'john.doe@company.com' }],
  ['field_name = name, rule_type = LENGTH, min_length = 1, max_length = 3', {}],
])('%s lets a row pass', async (rule, change) => {
  expect(await problemsOf(rule, change)).toEqual([])
})

test('the error table tells all rules that a row breaks, beside the path of its source', async () => {
  const applied = await applyTransform(
    dataValidator,
    `field_rules = [
      { field_name = name, rule_type = NOT_NULL }
      { field_name = age, rule_type = RANGE, min_value = "0", max_value = "150" }
    ]
    row_error_handle_way = ROUTE_TO_TABLE
    row_error_handle_way.error_table = error_data`,
    tableOf({ name: 'string', age: 'int' }, 'db.fake'),
    [
      ['Joy', 20],
      [null, 200],
    ],
  )
  expect(applied.rows['db.fake']).toEqual([['Joy', 20]])
  const [, , data, errors] = applied.rows['db.error_data']![0]!
  expect(JSON.parse(data as string)).toEqual({ name: null, age: 200 })
  expect(JSON.parse(errors as string)).toEqual([
    { field_name: 'name', rule_type: 'NOT_NULL', error_message: 'must not be null' },
    { field_name: 'age', rule_type: 'RANGE', error_message: 'must be at most 150' },
  ])
})

test('rules that cannot work are refused', async () => {
  const bind = (rule: string) =>
    bindTransform(dataValidator, `field_rules = [{ ${rule} }]`, tableOf(FIELDS))
  expect(await failureOf(bind('field_name = nam, rule_type = NOT_NULL'))).toContain('"name"?')
  expect(await failureOf(bind('field_name = name'))).toContain('needs rule_type')
  expect(await failureOf(bind('field_name = tags, rule_type = RANGE'))).toContain('needs a number')
  expect(await failureOf(bind('field_name = age, rule_type = RANGE, min_value = x'))).toContain(
    '"x" is not a number',
  )
  expect(await failureOf(bind('field_name = name, rule_type = REGEX'))).toContain('needs pattern')
})
