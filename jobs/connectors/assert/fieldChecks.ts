import { EngineError } from '../../../runtime/errors/index.ts'
import {
  columnIndex,
  formatText,
  formatType,
  isNullAt,
  parseType,
  rowText,
  sameValue,
  valueAt,
  valueFromJson,
  type Batch,
  type DataType,
  type Decimal,
  type TableSchema,
  type Value,
} from '../../../runtime/rows/index.ts'
import { decimalsFit, hasDecimals, typeFits } from './fieldTypes.ts'
import type { FieldRule, ValueRule } from './rules.ts'

/** Throws AST-001 for the first row of the batch that breaks the rule. */
export type BatchCheck = (batch: Batch) => void

/** One thing that must hold for a value, and how to say it. */
interface ValueCheck {
  readonly name: string
  readonly holds: (value: Value) => boolean
}

/**
 * The checks of the field rules of one table. Throws AST-003 for a column that the table lacks, and
 * CFG-003, CFG-005 or ROW-001 for a rule that makes no sense for its column.
 */
export const fieldChecks = (table: TableSchema, rules: readonly FieldRule[]): BatchCheck[] =>
  rules.map((rule) => {
    const index = columnIndex(table, rule.field_name)
    if (index === -1) {
      const names = table.columns.map((column) => column.name).join(', ')
      throw new EngineError(
        'AST-003',
        `Assert: the table ${table.path} has no field ${rule.field_name}; it has ${names}.`,
      )
    }
    const { type } = table.columns[index]!
    const checks = [
      ...typeChecks(type, rule),
      ...(rule.field_value ?? []).flatMap((valueRule) =>
        valueChecks(rule.field_name, type, valueRule),
      ),
    ]
    return (batch) => checkColumn(batch, index, checks)
  })

const checkColumn = (batch: Batch, index: number, checks: readonly ValueCheck[]): void => {
  const vector = batch.columns[index]!
  for (const check of checks) {
    for (let row = 0; row < batch.rowCount; row += 1) {
      const value = isNullAt(vector, row) ? null : valueAt(vector, row)
      if (!check.holds(value)) throw broken(batch, index, row, check)
    }
  }
}

const broken = (batch: Batch, index: number, row: number, check: ValueCheck): EngineError => {
  const { name, type } = batch.table.columns[index]!
  const value = valueAt(batch.columns[index]!, row)
  const shown = value === null ? 'null' : `"${formatText(type, value)}"`
  return new EngineError(
    'AST-001',
    `Assert: field ${name} of table ${batch.table.path} is ${shown}, which breaks the rule ` +
      `${check.name}, in the row ${rowText(batch, row)}.`,
  )
}

const typeChecks = (actual: DataType, rule: FieldRule): ValueCheck[] => {
  if (rule.field_type === undefined) return []
  const expected = parseType(rule.field_type)
  const name = `field_type ${formatType(expected)} (the column is ${formatType(actual)})`
  if (!typeFits(actual, expected)) return [{ name, holds: (value) => value === null }]
  if (!hasDecimals(expected)) return []
  return [{ name, holds: (value) => decimalsFit(expected, value) }]
}

const valueChecks = (field: string, type: DataType, rule: ValueRule): ValueCheck[] => {
  const checks: ValueCheck[] = []
  if (rule.rule_type !== undefined) checks.push(ruleCheck(field, type, rule.rule_type, rule))
  if (rule.equals_to !== undefined) checks.push(equalityCheck(field, type, rule))
  return checks
}

const ruleCheck = (
  field: string,
  type: DataType,
  ruleType: string,
  rule: ValueRule,
): ValueCheck => {
  switch (ruleType) {
    case 'NULL':
      return { name: 'NULL', holds: (value) => value === null }
    case 'NOT_NULL':
      return { name: 'NOT_NULL', holds: (value) => value !== null }
    default:
      return boundCheck(field, type, ruleType, rule)
  }
}

const boundCheck = (
  field: string,
  type: DataType,
  ruleType: string,
  { rule_value: bound }: ValueRule,
): ValueCheck => {
  if (bound === undefined) {
    throw new EngineError('CFG-003', `Assert: the rule ${ruleType} of ${field} needs a rule_value.`)
  }
  const name = `${ruleType} ${bound}`
  const lengthOf = (value: Value): number => (value === null ? 0 : formatText(type, value).length)
  switch (ruleType) {
    case 'MIN':
      return { name, holds: (value) => numberOf(type, value) >= bound }
    case 'MAX':
      return { name, holds: (value) => numberOf(type, value) <= bound }
    case 'MIN_LENGTH':
      return { name, holds: (value) => lengthOf(value) >= bound }
    default:
      return { name, holds: (value) => lengthOf(value) <= bound }
  }
}

/** The value as a double; NaN, which is within no bounds, for null and for what is no number. */
const numberOf = (type: DataType, value: Value): number => {
  if (value === null) return Number.NaN
  switch (type.kind) {
    case 'tinyint':
    case 'smallint':
    case 'int':
    case 'bigint':
    case 'float':
    case 'double':
      return Number(value)
    case 'decimal':
      return Number(formatText(type, value as Decimal))
    default:
      return Number.NaN
  }
}

const equalityCheck = (field: string, type: DataType, rule: ValueRule): ValueCheck => {
  const written = rule.equals_to ?? null
  try {
    const expected = valueFromJson(type, written)
    return {
      name: `equals_to ${JSON.stringify(written)}`,
      holds: (value) => sameValue(type, value, expected),
    }
  } catch (error) {
    if (!(error instanceof EngineError)) throw error
    throw new EngineError('CFG-005', `Assert: equals_to of ${field}: ${error.message}`, {
      cause: error,
    })
  }
}
