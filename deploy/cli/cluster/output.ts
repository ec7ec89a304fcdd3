import type { TextStream } from '../terminal.ts'
import { renderTable } from '../table.ts'
import type { MemberProcess } from './process.ts'

type Paint = (text: string) => string

/** A colour for every member, and the same width for all names. */
export const prefixesOf = (
  names: readonly string[],
  { color }: TextStream,
): ReadonlyMap<string, string> => {
  const paints: readonly Paint[] = [
    color.cyan,
    color.magenta,
    color.yellow,
    color.green,
    color.blue,
    color.redBright,
  ]
  const width = Math.max(...names.map((name) => name.length))
  return new Map(
    names.map((name, index) => [name, paints[index % paints.length]!(`${name.padEnd(width)} |`)]),
  )
}

/** The HTTP port in what a member says when it is ready; empty when it has none. */
export const urlOf = (told: string): string => /https?:\S+/.exec(told)?.[0] ?? ''

/** Where every member can be found, once all have joined. */
export const addressTable = (
  rows: readonly { readonly member: MemberProcess; readonly told: string }[],
  stream: TextStream,
): string =>
  renderTable(
    ['Member', 'Role', 'Address', 'HTTP', 'PID'],
    rows.map(({ member, told }) => [
      member.name,
      member.role,
      member.address,
      urlOf(told),
      String(member.pid),
    ]),
    stream,
  )
