import { EngineError } from '../../../runtime/errors/index.ts'
import { selectRows, valueAt, type Batch, type TableSchema } from '../../../runtime/rows/index.ts'
import type { OptionsOf } from '../../options/index.ts'
import { requireColumn } from '../schemas.ts'
import { defineTableTransform } from '../tableTransform.ts'
import { checkOf, type Check, type Rule } from './rules.ts'
import { DATA_VALIDATOR_OPTIONS } from './spec.ts'

interface FieldCheck {
  readonly field: string
  readonly column: number
  readonly ruleType: string
  readonly check: Check
}

type Violation = {
  readonly field_name: string
  readonly rule_type: string
  readonly error_message: string
}

/** DataValidator: rejects rows that break a rule. */
export const dataValidator = defineTableTransform({
  name: 'DataValidator',
  description: 'Checks columns by rules and rejects rows that break one.',
  options: DATA_VALIDATOR_OPTIONS,
  needs: ['field_rules'],
  bindTable: (options, table) => {
    const checks = checksOf(options, table)
    return {
      outputs: [table],
      apply: (batch, emit, fail) => {
        const kept = new Int32Array(batch.rowCount)
        let count = 0
        for (let row = 0; row < batch.rowCount; row += 1) {
          const violations = violationsOf(checks, batch, row)
          if (violations === null) {
            kept[count] = row
            count += 1
            continue
          }
          const sentence = violations
            .map((violation) => `"${violation.field_name}" ${violation.error_message}`)
            .join('; ')
          fail(batch, row, new EngineError('TRF-003', `${sentence}.`), violations)
        }
        emit(selectRows(batch, kept, count))
      },
    }
  },
})

const checksOf = (
  options: OptionsOf<typeof DATA_VALIDATOR_OPTIONS>,
  table: TableSchema,
): readonly FieldCheck[] =>
  options.field_rules!.flatMap((entry) => {
    const column = requireColumn(table, entry.field_name, 'DataValidator')
    const rules: readonly Rule[] = entry.rules ?? [entry]
    return rules.map((rule) => ({
      field: entry.field_name,
      column,
      ruleType: rule.rule_type ?? '',
      check: checkOf(rule, table.columns[column]!.type, entry.field_name),
    }))
  })

/** All rules that a row breaks; null when there is none. */
const violationsOf = (
  checks: readonly FieldCheck[],
  batch: Batch,
  row: number,
): Violation[] | null => {
  let violations: Violation[] | null = null
  for (const { field, column, ruleType, check } of checks) {
    const message = check(valueAt(batch.columns[column]!, row))
    if (message === null) continue
    violations ??= []
    violations.push({ field_name: field, rule_type: ruleType, error_message: message })
  }
  return violations
}
