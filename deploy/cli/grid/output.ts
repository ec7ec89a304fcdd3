import type { Grid } from '../../../members/grid/index.ts'
import { ExitCode } from '../exitCodes.ts'
import { renderTable } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import { jsonOf, textOf } from './values.ts'

/** Where the results of a command go, and how. */
export interface Output {
  readonly terminal: Terminal
  readonly isJson: boolean
}

/** One value; undefined and null, which the grid never holds, mean that there is none. */
export const writeValue = (
  { terminal, isJson }: Output,
  value: unknown,
  missing: string,
): ExitCode => {
  const isThere = value !== undefined && value !== null
  if (isJson) terminal.out.write(`${jsonOf(value)}\n`)
  else if (isThere) terminal.out.write(`${textOf(value)}\n`)
  if (isThere) return ExitCode.finished
  terminal.err.write(`${missing}\n`)
  return ExitCode.failed
}

/** Something that is always there, such as a count. */
export const writeResult = ({ terminal, isJson }: Output, value: unknown): ExitCode => {
  terminal.out.write(`${isJson ? jsonOf(value) : textOf(value)}\n`)
  return ExitCode.finished
}

/** What programs may want to know of a change; people are told nothing where all went well. */
export const writeDone = ({ terminal, isJson }: Output, told: object): ExitCode => {
  if (isJson) terminal.out.write(`${jsonOf(told)}\n`)
  return ExitCode.finished
}

/** Lines as they come, or one JSON array; nothing of it is kept in memory. */
export const writeAll = async (
  { terminal, isJson }: Output,
  values: AsyncIterable<unknown> | Iterable<unknown>,
  toText: (value: never) => string = textOf,
): Promise<ExitCode> => {
  let count = 0
  for await (const value of values) {
    const text = isJson ? `${count === 0 ? '[' : ','}${jsonOf(value)}` : toText(value as never)
    terminal.out.write(`${text}\n`)
    count += 1
  }
  if (isJson) terminal.out.write(count === 0 ? '[]\n' : ']\n')
  return ExitCode.finished
}

const HEADS = ['Name', 'Member', 'Entries', 'Bytes', 'Backups', 'Backup bytes']

/** What each member holds of the structures of a kind; of all names unless one is given. */
export const writeStatistics = async (
  { terminal, isJson }: Output,
  grid: Grid,
  kind: string,
  name: string | undefined,
): Promise<ExitCode> => {
  const all = await grid.statistics()
  const found = all.flatMap(({ member, structures }) =>
    structures
      .filter((each) => each.kind === kind && (name === undefined || each.name === name))
      .map((each) => ({ member: `${member.address.host}:${member.address.port}`, ...each })),
  )
  found.sort((left, right) => left.name.localeCompare(right.name))
  if (isJson) {
    terminal.out.write(`${JSON.stringify(found, null, 2)}\n`)
    return ExitCode.finished
  }
  const rows = found.map((each) => [
    each.name,
    each.member,
    String(each.ownedEntries),
    String(each.ownedBytes),
    String(each.backupEntries),
    String(each.backupBytes),
  ])
  terminal.out.write(renderTable(HEADS, rows, terminal.out))
  return ExitCode.finished
}
