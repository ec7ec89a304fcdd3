import { option } from '../../options/index.ts'

const RULE_OPTIONS = {
  rule_type: option.string({
    description: 'What is checked.',
    values: ['NOT_NULL', 'RANGE', 'LENGTH', 'REGEX', 'UDF'],
  }),
  min_value: option.string({ description: 'RANGE: the smallest number.' }),
  max_value: option.string({ description: 'RANGE: the largest number.' }),
  min_inclusive: option.boolean({
    description: 'RANGE: min_value itself is allowed.',
    defaultValue: true,
  }),
  max_inclusive: option.boolean({
    description: 'RANGE: max_value itself is allowed.',
    defaultValue: true,
  }),
  min_length: option.integer({ description: 'LENGTH: the smallest length.', minimum: 0 }),
  max_length: option.integer({ description: 'LENGTH: the largest length.', minimum: 0 }),
  exact_length: option.integer({ description: 'LENGTH: the only length.', minimum: 0 }),
  pattern: option.string({
    description: 'REGEX: a regular expression, as Java writes it, for the whole text.',
  }),
  case_sensitive: option.boolean({
    description: 'REGEX: upper and lower case differ.',
    defaultValue: true,
  }),
  function_name: option.string({ description: 'UDF: the check to run.', values: ['EMAIL'] }),
  custom_message: option.string({ description: 'The message instead of the usual one.' }),
}

/** The options of DataValidator. */
export const DATA_VALIDATOR_OPTIONS = {
  field_rules: option.list(
    option.object(
      {
        field_name: option.string({ description: 'The column.', required: true }),
        ...RULE_OPTIONS,
        rules: option.list(
          option.object(RULE_OPTIONS, { description: 'A rule.', required: true }),
          { description: 'Several rules for the column.' },
        ),
      },
      { description: 'A column and its rule or rules.', required: true },
    ),
    { description: 'The rules that every row must keep.' },
  ),
}

export type RuleOptions = typeof RULE_OPTIONS
