/** The parts of a table's path; undefined where the path does not have them. */
export interface PathParts {
  readonly database?: string | undefined
  readonly schema?: string | undefined
  readonly table: string
}

/** `table`, `database.table` or `database.schema.table`; more dots belong to the table. */
export const partsOf = (path: string): PathParts => {
  const [first, second, ...rest] = path.split('.') as [string, ...string[]]
  if (second === undefined) return { table: first }
  if (rest.length === 0) return { database: first, table: second }
  return { database: first, schema: second, table: rest.join('.') }
}

export const joinPath = ({ database, schema, table }: PathParts): string =>
  [database, schema, table].filter((part) => part !== undefined && part !== '').join('.')
