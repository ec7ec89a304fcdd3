import { option } from '../../options/index.ts'

/** The options of Sql. */
export const SQL_OPTIONS = {
  query: option.string({
    description: 'One SELECT over one table, with expressions, WHERE and LATERAL VIEW EXPLODE.',
    example: "select id, upper(name) as name from input where id > 100 and name <> ''",
  }),
  engine: option.string({
    description: 'The SQL engine; there is only one.',
    values: ['ZETA'],
    defaultValue: 'ZETA',
    advanced: true,
  }),
}
