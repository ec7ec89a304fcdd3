import { describe, expect, test } from 'bun:test'
import { assertSink } from '../../../../jobs/connectors/assert/index.ts'
import type { CommitInfo } from '../../../../jobs/connectors/index.ts'
import type { JsonValue } from '../../../../runtime/config/index.ts'
import { sinkContract } from '../../../contract/sinkContract.ts'
import { testContext } from '../../../contract/testContext.ts'
import {
  batchFrom,
  judge,
  judgeValue,
  numbers,
  oneToThree,
  optionsOf,
  run,
  tableOf,
} from './running.ts'

sinkContract('Assert', async () => ({
  connector: assertSink,
  options: await optionsOf('row_rules = [{ rule_type = MAX_ROW, rule_value = 100 }]'),
  tables: [numbers],
  batches: [oneToThree, batchFrom(numbers, [[4], [5]])],
  [Symbol.asyncDispose]: () => Promise.resolve(),
}))

describe('values that keep their rules', () => {
  test.each<[JsonValue, JsonValue, string]>([
    ['int', null, 'rule_type = NULL'],
    ['int', 0, 'rule_type = NOT_NULL'],
    ['int', 5, 'rule_type = MIN, rule_value = 5'],
    ['int', 5, 'rule_type = MAX, rule_value = 5'],
    ['bigint', '9007199254740993', 'rule_type = MIN, rule_value = 9007199254740000'],
    ['decimal(10, 2)', '12.50', 'rule_type = MAX, rule_value = 12.5'],
    ['double', -1.5, 'rule_type = MIN, rule_value = -1.5'],
    ['string', 'abc', 'rule_type = MIN_LENGTH, rule_value = 3'],
    ['string', 'abc', 'rule_type = MAX_LENGTH, rule_value = 3'],
    ['string', null, 'rule_type = MAX_LENGTH, rule_value = 0'],
    ['int', 12345, 'rule_type = MAX_LENGTH, rule_value = 5'],
    ['string', 'x', 'rule_type = NOT_NULL, equals_to = x'],
    ['string', '10', 'equals_to = 10'],
    ['int', null, 'rule_type = NULL, equals_to = null'],
    ['boolean', false, 'equals_to = false'],
    ['bigint', '9007199254740993', 'equals_to = 9007199254740993'],
    ['float', 3.1, 'equals_to = 3.1'],
    ['decimal(30, 8)', '99999.99999999', 'equals_to = 99999.99999999'],
    ['date', '2012-12-21', 'equals_to = "2012-12-21"'],
    ['time', '12:34:56', 'equals_to = "12:34:56"'],
    ['timestamp', '2012-12-21T12:34:56', 'equals_to = "2012-12-21T12:34:56"'],
    ['bytes', 'bWlJWmo=', 'equals_to = "bWlJWmo="'],
    ['array<int>', [0, 1, null], 'equals_to = [0, 1, null]'],
    ['map<date, string>', { '2024-01-26': 'v0' }, 'equals_to = { "2024-01-26" = v0 }'],
    [{ a: 'int', b: 'map<string, int>' }, [1, { k: 2 }], 'equals_to = [1, { k = 2 }]'],
    ['float_vector', [1, 2], 'equals_to = [1, 2]'],
  ])('%j %j: %s', async (type, value, rule) => {
    expect(await judgeValue(type, value, rule)).toBe('ok')
  })
})

describe('values that break their rules', () => {
  test.each<[JsonValue, JsonValue, string, string]>([
    ['int', 0, 'rule_type = NULL', 'is "0", which breaks the rule NULL'],
    ['int', null, 'rule_type = NOT_NULL', 'is null, which breaks the rule NOT_NULL'],
    ['int', 4, 'rule_type = MIN, rule_value = 5', 'breaks the rule MIN 5'],
    ['int', 6, 'rule_type = MAX, rule_value = 5', 'breaks the rule MAX 5'],
    ['int', null, 'rule_type = MAX, rule_value = 5', 'breaks the rule MAX 5'],
    ['string', '3', 'rule_type = MIN, rule_value = 1', 'breaks the rule MIN 1'],
    ['date', '2024-01-01', 'rule_type = MIN, rule_value = 1', 'breaks the rule MIN 1'],
    ['decimal(10, 2)', '12.51', 'rule_type = MAX, rule_value = 12.5', 'is "12.51"'],
    ['string', 'ab', 'rule_type = MIN_LENGTH, rule_value = 3', 'breaks the rule MIN_LENGTH 3'],
    ['string', null, 'rule_type = MIN_LENGTH, rule_value = 1', 'breaks the rule MIN_LENGTH 1'],
    ['string', 'abcd', 'rule_type = MAX_LENGTH, rule_value = 3', 'breaks the rule MAX_LENGTH 3'],
    ['string', 'y', 'rule_type = NOT_NULL, equals_to = x', 'breaks the rule equals_to "x"'],
    ['string', null, 'equals_to = x', 'is null, which breaks the rule equals_to "x"'],
    ['boolean', true, 'equals_to = false', 'equals_to false'],
    ['bigint', '9007199254740992', 'equals_to = 9007199254740993', 'equals_to "9007199254740993"'],
    ['decimal(30, 8)', '99999.99999998', 'equals_to = 99999.99999999', 'is "99999.99999998"'],
    ['timestamp', '2012-12-21T12:34:56.1', 'equals_to = "2012-12-21T12:34:56"', 'equals_to'],
    ['bytes', 'bWlJWmo=', 'equals_to = "bWlJ"', 'equals_to'],
    ['array<int>', [0, 1], 'equals_to = [0, 1, 2]', 'equals_to [0,1,2]'],
    ['array<int>', [0, 1, 2], 'equals_to = [0, 2, 1]', 'equals_to'],
    ['map<string, int>', { k: 1 }, 'equals_to = { k = 2 }', 'equals_to'],
    ['map<string, int>', { k: 1 }, 'equals_to = { k = 1, l = 2 }', 'equals_to'],
    [{ a: 'int', b: 'string' }, [1, null], 'equals_to = [1, x]', 'equals_to'],
  ])('%j %j: %s', async (type, value, rule, sentence) => {
    const failure = await judgeValue(type, value, rule)
    expect(failure).toStartWith('AST-001 Assert: field c of table t ')
    expect(failure).toContain(sentence)
  })

  test('any row may be the one', async () => {
    const rule =
      'field_rules = [{ field_name = n, field_value = [{ rule_type = MAX, rule_value = 2 }] }]'
    expect(await run(rule, [numbers], [[oneToThree]])).toContain('is "3"')
  })

  test('every rule of a field counts', async () => {
    const rules = `field_value = [{ rule_type = NOT_NULL }, { rule_type = MIN, rule_value = 2 }]`
    expect(await judge('int', 1, rules)).toContain('MIN 2')
    expect(await judge('int', null, rules)).toContain('NOT_NULL')
    expect(await judge('int', 2, rules)).toBe('ok')
  })
})

describe('field types', () => {
  test.each<[JsonValue, JsonValue, string]>([
    ['int', 1, 'field_type = int'],
    ['decimal(30, 8)', '1.00000000', 'field_type = "decimal(30, 8)"'],
    ['decimal(30, 8)', '1.00000000', 'field_type = "decimal(38, 8)"'],
    ['timestamp_tz', '2024-01-01T00:00:00Z', 'field_type = timestamp_tz'],
    ['array<int>', [1], 'field_type = "array<int>"'],
    [{ a: 'null', b: 'int' }, [null, 1], 'field_type = { x = string, y = int }'],
    ['null', null, 'field_type = "null"'],
    ['int', null, 'field_type = string'],
    ['float_vector', [1], 'field_type = float16_vector'],
    ['sparse_float_vector', { 1: 2 }, 'field_type = sparse_float_vector'],
  ])('%j %j fits %s', async (type, value, rule) => {
    expect(await judge(type, value, rule)).toBe('ok')
  })

  test.each<[JsonValue, JsonValue, string]>([
    ['int', 1, 'field_type = bigint'],
    ['int', 1, 'field_type = string'],
    ['int', 1, 'field_type = "null"'],
    ['float', 1, 'field_type = double'],
    ['timestamp', '2024-01-01T00:00:00', 'field_type = timestamp_tz'],
    ['decimal(30, 8)', '1.00000000', 'field_type = "decimal(30, 7)"'],
    ['decimal(30, 8)', '123.00000000', 'field_type = "decimal(10, 8)"'],
    ['array<int>', [1], 'field_type = "array<bigint>"'],
    ['map<string, int>', { k: 1 }, 'field_type = "map<string, string>"'],
    [{ a: 'int' }, [1], 'field_type = { a = string }'],
    [{ a: 'int' }, [1], 'field_type = { a = int, b = int }'],
    ['array<decimal(10, 2)>', ['1.00'], 'field_type = "array<decimal(10, 3)>"'],
    ['sparse_float_vector', { 1: 2 }, 'field_type = float_vector'],
  ])('%j %j does not fit %s', async (type, value, rule) => {
    expect(await judge(type, value, rule)).toMatch(/^AST-001 .*field_type/)
  })
})

describe('row rules', () => {
  const rules = (minimum: number, maximum: number): string =>
    `row_rules = [{ rule_type = MIN_ROW, rule_value = ${minimum} }
                  { rule_type = MAX_ROW, rule_value = ${maximum} }]`

  test('count the rows of all writers together', async () => {
    const writers = [[oneToThree, oneToThree], [oneToThree], []]
    expect(await run(rules(9, 9), [numbers], writers)).toBe('ok')
    expect(await run(rules(10, 20), [numbers], writers)).toBe(
      'AST-002 Assert: 9 rows came of table t, which breaks the rule MIN_ROW 10.',
    )
    expect(await run(rules(1, 8), [numbers], writers)).toBe(
      'AST-002 Assert: 9 rows came of table t, which breaks the rule MAX_ROW 8.',
    )
  })

  test('a table without rows has none', async () => {
    expect(await run(rules(1, 8), [numbers], [[]])).toContain('AST-002 Assert: 0 rows came')
    expect(await run(rules(0, 0), [numbers], [[]])).toBe('ok')
  })

  test('hold for each table by itself', async () => {
    const other = tableOf({ n: 'int' }, 'u')
    const both = [[oneToThree, batchFrom(other, [[1]])]]
    expect(await run(rules(1, 3), [numbers, other], both)).toBe('ok')
    expect(await run(rules(2, 3), [numbers, other], both)).toContain('1 rows came of table u')
  })

  test('too many rows fail at the checkpoint, too few only at the end', async () => {
    const options = await optionsOf(rules(5, 6))
    const context = testContext()
    const writer = assertSink.createWriter(options, [numbers], context)
    const committer = assertSink.createCommitter!(options, context, [numbers])
    await writer.write(oneToThree)
    await committer.commit(await writer.prepareCommit(1))
    await writer.write(oneToThree)
    await committer.commit(await writer.prepareCommit(2))
    await committer.finish?.()
    await writer.write(oneToThree)
    const infos = await writer.prepareCommit(3)
    expect(committer.commit(infos)).rejects.toThrow('9 rows came of table t')
  })

  test('a restored job counts each row once, also at another parallelism', async () => {
    const options = await optionsOf(rules(9, 9))
    const context = testContext()
    const first = [0, 1].map(() => assertSink.createWriter(options, [numbers], context))
    const infos: CommitInfo[] = []
    const states: JsonValue[] = []
    for (const writer of first) {
      await writer.write(oneToThree)
      infos.push(...(await writer.prepareCommit(1)))
      states.push(...writer.snapshot!(1))
      await writer.write(oneToThree)
    }
    const committer = assertSink.createCommitter!(options, context, [numbers])
    await committer.commit(infos)
    const restored = assertSink.createWriter(options, [numbers], context)
    await restored.open(states)
    await restored.write(oneToThree)
    await committer.commit(await restored.prepareCommit(2))
    await committer.finish?.()
  })
})

describe('table names', () => {
  const other = tableOf({ n: 'int' }, 'u')
  const both = [[oneToThree, batchFrom(other, [[1]])]]

  test('are those of which rows came', async () => {
    expect(await run('table-names = [u, t]', [numbers, other], both)).toBe('ok')
    expect(await run('table-names = [t]', [numbers, other], [[oneToThree]])).toBe('ok')
  })

  test('neither more nor fewer', async () => {
    expect(await run('table-names = [t]', [numbers, other], both)).toBe(
      'AST-004 Assert: rows came of the tables t, u, but table-names says t.',
    )
    expect(await run('table-names = [t, u]', [numbers, other], [[oneToThree]])).toStartWith(
      'AST-004',
    )
    expect(await run('table-names = [t]', [numbers], [[]])).toContain('tables (none)')
  })
})

describe('tables_configs', () => {
  const other = tableOf({ s: 'string' }, 'u')
  const tables = [numbers, other]
  const rules = `tables_configs = [
    { table_path = t, row_rules = [{ rule_type = MIN_ROW, rule_value = 3 }],
      field_rules = [{ field_name = n, field_value = [{ rule_type = MAX, rule_value = 3 }] }] }
    { table_path = u, field_rules = [{ field_name = s, field_value = [{ equals_to = x }] }] }
  ]`

  test('hold for their tables', async () => {
    const good = batchFrom(other, [['x']])
    expect(await run(rules, tables, [[oneToThree, good]])).toBe('ok')
    expect(await run(rules, tables, [[good]])).toContain('0 rows came of table t')
    expect(await run(rules, tables, [[oneToThree, batchFrom(other, [['y']])]])).toContain(
      'field s of table u is "y"',
    )
    expect(await run(rules, tables, [[oneToThree, batchFrom(numbers, [[4]])]])).toContain('MAX 3')
  })

  test('for a table that is not there fail', async () => {
    expect(await run(rules, [numbers], [[oneToThree]])).toBe(
      'AST-003 Assert: tables_configs has rules for the table u, but there are only t.',
    )
  })

  test('a lone entry for another table holds for all fields, and no row of its table came', async () => {
    const lone = (more: string) => `tables_configs = [{ table_path = z, ${more} }]`
    const fields = 'field_rules = [{ field_name = n, field_value = [{ equals_to = 1 }] }]'
    expect(await run(lone(fields), [numbers], [[oneToThree]])).toContain('is "2"')
    const rows = 'row_rules = [{ rule_type = MIN_ROW, rule_value = 1 }]'
    expect(await run(lone(rows), [numbers], [[oneToThree]])).toContain('0 rows came of table z')
  })
})

describe('rules that make no sense', () => {
  test('no rule at all', async () => {
    expect(await run('', [numbers], [[]])).toContain('CFG-003 Assert: rules is empty')
  })

  test('a field that the table lacks', async () => {
    const rule = 'field_rules = [{ field_name = m, field_value = [{ rule_type = NULL }] }]'
    expect(await run(rule, [numbers], [[]])).toBe(
      'AST-003 Assert: the table t has no field m; it has n.',
    )
  })

  test('a bound without a value, a value that is not of the type, an unknown type', async () => {
    expect(await judgeValue('int', 1, 'rule_type = MIN')).toContain('CFG-003 Assert: the rule MIN')
    expect(await judgeValue('int', 1, 'equals_to = x')).toContain('CFG-005 Assert: equals_to of c')
    expect(await judge('int', 1, 'field_type = integr')).toContain('ROW-001')
  })
})
