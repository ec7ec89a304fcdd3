import { expect } from 'bun:test'
import { type PartitionRow, sameIds } from '../../../members/grid/table/index.ts'
import type { SimWorld } from '../host/index.ts'
import { PARTITIONS, type TableCluster, type TableNode } from './nodes.ts'

const printRow = ({ version, replicas, next }: PartitionRow): string =>
  `${version} [${replicas.map((id) => id.slice(0, 4)).join(' ')}]` +
  (next === undefined ? '' : ` > [${next.map((id) => id.slice(0, 4)).join(' ')}]`)

/** A row and who has taken it of those that act on it: a new master asks only them. */
interface Seen {
  readonly row: PartitionRow
  readonly holders: Set<string>
}

/** Watches every row that any member takes. */
export interface TableChecker {
  onRow(of: TableNode, partition: number, row: PartitionRow): void
  onReport(kind: 'in sync' | 'frozen', partition: number, version: number): void
  problem(): string | undefined
}

/** Why a row may not follow on another one; undefined where it may. */
const breach = (
  base: PartitionRow,
  row: PartitionRow,
  present: ReadonlySet<string>,
  reports: ReadonlySet<string>,
  partition: number,
): string | undefined => {
  const wasSynced = reports.has(`in sync ${partition} ${base.version}`)
  const isContracted = wasSynced && sameIds(base.next, row.replicas)
  const dropped = base.replicas.filter((id) => present.has(id) && !row.replicas.includes(id))
  if (dropped.length > 0 && !isContracted) return 'drops a live replica that nothing replaces'
  const primary = base.replicas[0]!
  const isHandedOver = present.has(primary) && row.replicas[0] !== primary
  if (isHandedOver && !reports.has(`frozen ${partition} ${base.version}`)) {
    return 'has another primary while the one before still serves'
  }
  const firstAlive = base.replicas.find((id) => present.has(id))
  if (!isContracted && firstAlive !== undefined && row.replicas[0] !== firstAlive) {
    return 'promotes another one than the first live backup'
  }
  return undefined
}

/** Rows before a version, from the newest on that a present member has taken. */
const basesOf = (
  rows: ReadonlyMap<number, Seen>,
  version: number,
  present: ReadonlySet<string>,
): PartitionRow[] => {
  const before = [...rows.values()]
    .filter(({ row }) => row.version < version)
    .sort((left, right) => left.row.version - right.row.version)
  const from = before.findLastIndex(({ holders }) => [...holders].some((id) => present.has(id)))
  return from < 0 ? [] : before.slice(from).map(({ row }) => row)
}

/** `hasQuorum`: one line of versions; else each side of a cut has its own. */
export const createTableChecker = (world: SimWorld, hasQuorum: boolean): TableChecker => {
  const seen = new Map<string, Map<number, Seen>>()
  const reports = new Set<string>()
  let problem: string | undefined
  const fail = (text: string): void => {
    world.note(`VIOLATION: ${text}`)
    problem ??= text
  }
  const onRow: TableChecker['onRow'] = ({ member, node }, partition, row) => {
    const view = member.view()!
    const key = hasQuorum ? `${view.clusterId} ${partition}` : `${view.masterId} ${partition}`
    const rows = seen.get(key) ?? new Map<number, Seen>()
    seen.set(key, rows)
    const name = `${node.machine.name} partition ${partition}`
    const known = rows.get(row.version)
    const { id, role } = member.self
    if (known !== undefined) {
      if (role !== 'worker') known.holders.add(id)
      const isSame = sameIds(known.row.replicas, row.replicas) && sameIds(known.row.next, row.next)
      if (!isSame) fail(`${name}: ${printRow(row)} is also ${printRow(known.row)}`)
      return
    }
    rows.set(row.version, { row, holders: new Set(role === 'worker' ? [] : [id]) })
    if (!member.isActiveMaster()) return
    const present = new Set(view.members.map(({ id }) => id))
    const bases = basesOf(rows, row.version, present)
    const reasons = bases.map((base) => breach(base, row, present, reports, partition))
    // It follows on the newest that is known, or on one that members knew who are gone since.
    if (reasons.length === 0 || reasons.includes(undefined)) return
    fail(`${name}: ${printRow(row)} ${reasons[0]}: ${printRow(bases[0]!)}`)
  }
  return {
    onRow,
    onReport: (kind, partition, version) => reports.add(`${kind} ${partition} ${version}`),
    problem: () => problem,
  }
}

const rowsOf = ({ table }: TableNode): (PartitionRow | undefined)[] =>
  Array.from({ length: PARTITIONS }, (_, partition) => table.row(partition))

export const printTable = (one: TableNode): string => {
  const { node, member, table } = one
  const rows = rowsOf(one).map((row) => (row === undefined ? 'none' : printRow(row)))
  return (
    `${node.machine.name} ${member.epoch()} safe ${member.isSafe()}, table safe ${table.isSafe()}, ` +
    `${table.migrationQueueSize()} migrations: ${rows.join(', ')}`
  )
}

/** All members that run have the same table, and say that nothing is left to do. */
export const isSettled = (cluster: TableCluster): boolean => {
  const live = cluster.live()
  return (
    live.length === cluster.nodes.length &&
    live.every(({ table }) => table.isSafe() && table.migrationQueueSize() === 0) &&
    live.every((one) => Bun.deepEquals(rowsOf(one), rowsOf(live[0]!)))
  )
}

/** The table is complete, of live members, and balanced. */
export const expectBalance = (cluster: TableCluster, copies: number): void => {
  const [first] = cluster.live()
  const data = first!.member.members().filter(({ role }) => role !== 'worker')
  const depth = Math.min(copies + 1, data.length)
  const rows = rowsOf(first!)
  for (const row of rows) {
    expect(row!.next).toBeUndefined()
    expect(new Set(row!.replicas).size).toBe(depth)
    expect(row!.replicas).toHaveLength(depth)
  }
  for (let index = 0; index < depth; index += 1) {
    const counts = data.map(({ id }) => rows.filter((row) => row!.replicas[index] === id).length)
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
  }
}
