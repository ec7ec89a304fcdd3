import {
  placesIn,
  readHocon,
  readHoconValue,
  type ConfigEntry,
  type ConfigNode,
  type ConfigObject,
  type HoconOptions,
} from '../../../runtime/config/index.ts'
import { nearest, type Diagnostics, type Place } from '../../../runtime/errors/index.ts'
import { placeInside, scanSql, type ScannedSql, type SqlText, type Token } from './scan.ts'
import { parseStatements, type CreateTable, type Select } from './statements.ts'

/**
 * Reads a SQL job file to the tree that the same job has in HOCON: tables with a connector are its
 * sources and sinks, each SELECT is a `Sql` transform, and a comment that begins with `config` holds
 * the `env` block in HOCON.
 */
export const readSql = async (
  text: string,
  file: string,
  diagnostics: Diagnostics,
  options: HoconOptions,
): Promise<ConfigObject> => {
  const sql: SqlText = { text, placeAt: placesIn(text, file) }
  const at = sql.placeAt(0)
  try {
    const scanned = scanSql(sql)
    const statements = parseStatements(sql, scanned.statements, diagnostics)
    const header = await readHeader(sql, file, scanned.config, diagnostics, options)
    const reader = { sql, diagnostics, options }
    return object(at, [...header.entries, ...blocksOf(reader, statements, at)])
  } catch (thrown) {
    diagnostics.caught(thrown, at)
    return object(at, [])
  }
}

const object = (at: Place, entries: Iterable<readonly [string, ConfigEntry]>): ConfigObject => ({
  kind: 'object',
  at,
  entries: new Map(entries),
})

const textNode = (text: string, at: Place): ConfigNode => ({
  kind: 'scalar',
  at,
  value: text,
  text,
  quoted: true,
})

const entry = (key: string, value: ConfigNode, keyAt = value.at) => [key, { keyAt, value }] as const

const readHeader = async (
  { text, placeAt }: SqlText,
  file: string,
  range: ScannedSql['config'],
  diagnostics: Diagnostics,
  options: HoconOptions,
): Promise<ConfigObject> => {
  if (range === undefined) return object(placeAt(0), [])
  const header = text.slice(range.start, range.end)
  return readHocon(header, file, diagnostics, {
    ...options,
    placeAt: (offset) => placeAt(range.start + offset),
  })
}

interface SqlReader {
  readonly sql: SqlText
  readonly diagnostics: Diagnostics
  readonly options: HoconOptions
}

const blocksOf = (
  reader: SqlReader,
  statements: readonly (CreateTable | Select)[],
  at: Place,
): (readonly [string, ConfigEntry])[] => {
  const tables = statements
    .filter((each): each is CreateTable => each.kind === 'table')
    .map((table) => readTable(reader, table))
  const selects = statements.filter((each): each is Select => each.kind !== 'table')
  const transforms: ConfigNode[] = []
  const inputs = new Map<string, ConfigNode[]>()
  for (const select of selects) {
    const output = outputName(select, transforms.length)
    if (select.kind === 'insert') addInput(reader, select, output, tables, inputs)
    if (select.query !== undefined) transforms.push(sqlTransform(reader, select, output))
  }
  const list = (items: readonly ConfigNode[]): ConfigNode => ({ kind: 'array', at, items })
  const sources = tables.filter((table) => table.type === 'source')
  const sinks = tables.filter((table) => table.type === 'sink')
  return [
    entry('source', list(sources.map((table) => sourceBlock(reader, table)))),
    entry('transform', list(transforms)),
    entry('sink', list(sinks.map((table) => sinkBlock(reader, table, inputs)))),
  ]
}

interface Table {
  readonly name: Token
  readonly type: 'source' | 'sink' | undefined
  readonly entries: readonly (readonly [string, ConfigEntry])[]
}

const readTable = (reader: SqlReader, { name, options }: CreateTable): Table => {
  const { sql, diagnostics } = reader
  const at = sql.placeAt(name.start)
  const valueOf = (key: string) => options.find(([each]) => each.text === key)?.[1]
  const type = valueOf('type')?.text.toLowerCase()
  const connector = valueOf('connector')
  if (connector === undefined) {
    const message = `The table \`${name.text}\` has no 'connector'; add 'connector' = '…'.`
    diagnostics.error('CFG-003', message, at)
  }
  if (type !== 'source' && type !== 'sink') {
    const message = `The table \`${name.text}\` needs 'type' = 'source' or 'type' = 'sink'.`
    diagnostics.error('CFG-003', message, at)
    return { name, type: undefined, entries: [] }
  }
  const own = options.filter(([key]) => key.text !== 'type' && key.text !== 'connector')
  return {
    name,
    type,
    entries: [
      ...(connector === undefined
        ? []
        : [entry('plugin_name', textNode(connector.text, sql.placeAt(connector.start)))]),
      ...own.map(([key, value]) =>
        entry(key.text, valueNode(reader, value), sql.placeAt(key.start)),
      ),
    ],
  }
}

/** A value in curly or square brackets is HOCON; an object keeps its text for options of that kind. */
const valueNode = ({ sql, diagnostics, options }: SqlReader, token: Token): ConfigNode => {
  const plain = textNode(token.text, sql.placeAt(token.start + (token.quote === undefined ? 0 : 1)))
  if (!/^\s*[[{]/.test(token.text)) return plain
  const node = readHoconValue(token.text, placeInside(sql, token), diagnostics, options)
  if (node?.kind !== 'object' || plain.kind !== 'scalar') return node ?? plain
  return { ...node, shadowed: plain }
}

const outputName = ({ kind, target, query, from }: Select, index: number): string => {
  if (kind === 'as') return target.text
  return query === undefined ? from.text : `${target.text}__input${index}`
}

const addInput = (
  { sql, diagnostics }: SqlReader,
  { target }: Select,
  output: string,
  tables: readonly Table[],
  inputs: Map<string, ConfigNode[]>,
): void => {
  const at = sql.placeAt(target.start)
  const sinks = tables.filter((table) => table.type === 'sink').map((table) => table.name.text)
  if (!sinks.includes(target.text)) {
    const meant = nearest(target.text, sinks)
    const hint = meant === undefined ? '' : ` Did you mean \`${meant}\`?`
    diagnostics.error('PLN-001', `There is no sink table \`${target.text}\`.${hint}`, at)
  }
  inputs.set(target.text, [...(inputs.get(target.text) ?? []), textNode(output, at)])
}

const sqlTransform = ({ sql }: SqlReader, { query, from, target }: Select, output: string) => {
  const at = sql.placeAt(query!.start)
  return object(at, [
    entry('plugin_name', textNode('Sql', at)),
    entry('plugin_input', textNode(from.text, sql.placeAt(from.start))),
    entry('plugin_output', textNode(output, sql.placeAt(target.start))),
    entry('query', textNode(query!.text, at)),
  ])
}

const sourceBlock = ({ sql }: SqlReader, { name, entries }: Table): ConfigObject => {
  const at = sql.placeAt(name.start)
  return object(at, [...entries, entry('plugin_output', textNode(name.text, at))])
}

const sinkBlock = (
  { sql, diagnostics }: SqlReader,
  { name, entries }: Table,
  inputs: ReadonlyMap<string, ConfigNode[]>,
): ConfigObject => {
  const at = sql.placeAt(name.start)
  const items = inputs.get(name.text)
  if (items === undefined) {
    const message = `Nothing is written to the table \`${name.text}\`; add INSERT INTO ${name.text} SELECT ….`
    diagnostics.error('PLN-001', message, at)
  }
  return object(at, [...entries, entry('plugin_input', { kind: 'array', at, items: items ?? [] })])
}
