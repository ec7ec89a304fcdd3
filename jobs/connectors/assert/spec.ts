import { option } from '../../options/index.ts'

const optionalText = (description: string) => option.string({ description })
const text = (description: string) => option.string({ description, required: true })

const rowRule = option.object(
  {
    rule_type: option.string({
      description: 'The bound.',
      values: ['MAX_ROW', 'MIN_ROW'],
      required: true,
    }),
    rule_value: option.number({ description: 'The number of rows.', required: true }),
  },
  { description: 'A bound on the number of rows.', required: true },
)

const valueRule = option.object(
  {
    rule_type: option.string({
      description: 'What every value must be.',
      values: ['NULL', 'NOT_NULL', 'MIN', 'MAX', 'MIN_LENGTH', 'MAX_LENGTH'],
    }),
    rule_value: option.number({ description: 'The bound of MIN, MAX, MIN_LENGTH, MAX_LENGTH.' }),
    equals_to: option.any({ description: 'The value that every row must have, as JSON.' }),
  },
  { description: 'A rule.', required: true },
)

const fieldRule = option.object(
  {
    field_name: text('The column.'),
    field_type: option.any({ description: 'The type, as in a schema block.' }),
    field_value: option.list(valueRule, { description: 'What the values must be.' }),
  },
  { description: 'The rules of one column.', required: true },
)

const primaryKeyRule = option.object(
  {
    primary_key_name: optionalText('The name of the key.'),
    primary_key_columns: option.list(text('A column.'), { description: 'Its columns.' }),
  },
  { description: 'What the primary key must be.' },
)

const constraintKeyColumn = option.object(
  {
    constraint_key_column_name: text('The column.'),
    constraint_key_sort_type: option.string({
      description: 'Its order.',
      values: ['ASC', 'DESC'],
    }),
  },
  { description: 'A column of the key.', required: true },
)

const constraintKeyRule = option.object(
  {
    constraint_key_name: text('The name of the key.'),
    constraint_key_type: option.string({
      description: 'What the key is.',
      values: ['INDEX_KEY', 'UNIQUE_KEY', 'FOREIGN_KEY', 'VECTOR_INDEX_KEY'],
      required: true,
    }),
    constraint_key_columns: option.list(constraintKeyColumn, {
      description: 'Its columns.',
      required: true,
    }),
  },
  { description: 'A key that the table must have.', required: true },
)

const columnRule = option.object(
  {
    name: text('The name.'),
    type: option.any({ description: 'The type, as in a schema block.', required: true }),
    column_length: option.integer({ description: 'The columnLength.' }),
    nullable: option.boolean({ description: 'Whether it takes null.', defaultValue: true }),
    default_value: option.any({ description: 'The defaultValue.' }),
    comment: optionalText('The comment.'),
  },
  { description: 'A column that the table must have.', required: true },
)

const tableIdentifierRule = option.object(
  {
    catalog_name: text('The name of the catalog: that of the source.'),
    table: text('The path of the table.'),
  },
  { description: 'Where the table must come from.' },
)

const TABLE_RULES = {
  row_rules: option.list(rowRule, { description: 'Bounds on the number of rows of the job.' }),
  field_rules: option.list(fieldRule, { description: 'Rules that every row must keep.' }),
  catalog_table_rule: option.object(
    {
      primary_key_rule: primaryKeyRule,
      constraint_key_rule: option.list(constraintKeyRule, {
        description: 'All constraint keys that the table must have.',
      }),
      column_rule: option.list(columnRule, {
        description: 'All columns that the table must have.',
      }),
      table_identifier_rule: tableIdentifierRule,
    },
    { description: 'What the schema of the table must be.' },
  ),
}

const tableConfig = option.object(
  { table_path: text('The path of the table.'), ...TABLE_RULES },
  { description: 'The rules of one table.', required: true },
)

/** The options of Assert. */
export const ASSERT_OPTIONS = {
  rules: option.object(
    {
      ...TABLE_RULES,
      'table-names': option.list(text('A table.'), {
        description: 'Exactly the tables of which rows must come.',
      }),
      tables_configs: option.list(tableConfig, {
        description: 'Rules table by table; the rules beside it are then ignored.',
      }),
    },
    { description: 'What must hold; the job fails otherwise.', required: true },
  ),
}
