import type { JobProgress, VertexCounts } from '../coordinator/index.ts'
import type { Plan } from '../plan/index.ts'
import type { JobMetrics } from './answers.ts'

/** Rates are those of about the last so many milliseconds. */
const WINDOW_MS = 10_000
const SAMPLE_INTERVAL_MS = 1_000

type Head = 'SourceReceived' | 'SinkWrite' | 'SinkCommitted'
type Tail = 'Count' | 'Bytes'

/** By `HEAD TAIL` and, for a table, `HEAD TAIL TABLE`. */
type Totals = ReadonlyMap<string, number>

interface Sample {
  readonly atMs: number
  readonly totals: Totals
}

const HEADS: readonly Head[] = ['SourceReceived', 'SinkWrite', 'SinkCommitted']
const RATES: { readonly [T in Tail]: string } = { Count: 'QPS', Bytes: 'BytesPerSeconds' }

/** What an execution that failed had completed: the next one counts on from there. */
export const completedCounts = ({ vertices }: JobProgress): VertexCounts[] =>
  vertices.map((vertex) => ({
    ...vertex,
    rowCount: vertex.completedRows,
    byteCount: vertex.completedBytes,
  }))

export const addCounts = (
  left: readonly VertexCounts[],
  right: readonly VertexCounts[],
): VertexCounts[] => {
  const sums = new Map(left.map((each) => [each.vertexId, each]))
  for (const each of right) {
    const before = sums.get(each.vertexId)
    sums.set(each.vertexId, {
      vertexId: each.vertexId,
      rowCount: (before?.rowCount ?? 0) + each.rowCount,
      byteCount: (before?.byteCount ?? 0) + each.byteCount,
      completedRows: (before?.completedRows ?? 0) + each.completedRows,
      completedBytes: (before?.completedBytes ?? 0) + each.completedBytes,
    })
  }
  return [...sums.values()]
}

/** Adds up the counts of vertices; one with a single table counts for that table. */
export const totalsOf = (
  plan: Plan,
  tablePaths: readonly (readonly string[])[],
  counts: readonly VertexCounts[],
): Totals => {
  const totals = new Map<string, number>()
  for (const { vertexId, rowCount, byteCount, completedRows, completedBytes } of counts) {
    const tables = tablePaths[vertexId] ?? []
    const add = (head: Head, rows: number, bytes: number): void => {
      const names = tables.length === 1 ? ['', ` ${tables[0]}`] : ['']
      for (const table of names) {
        const [rowKey, byteKey] = [`${head} Count${table}`, `${head} Bytes${table}`]
        totals.set(rowKey, (totals.get(rowKey) ?? 0) + rows)
        totals.set(byteKey, (totals.get(byteKey) ?? 0) + bytes)
      }
    }
    switch (plan.vertices[vertexId]?.kind) {
      case 'source':
        add('SourceReceived', rowCount, byteCount)
        break
      case 'sink':
        add('SinkWrite', rowCount, byteCount)
        add('SinkCommitted', completedRows, completedBytes)
        break
      default:
    }
  }
  return totals
}

/** Turns totals into metrics with rates, under SeaTunnel's names. */
export class JobMeter {
  #samples: readonly Sample[] = []

  /** Takes a sample now and then; cheap to call often. */
  sample(totals: () => Totals, nowMs: number): void {
    const last = this.#samples.at(-1)
    if (last !== undefined && nowMs - last.atMs < SAMPLE_INTERVAL_MS) return
    const recent = this.#samples.filter(({ atMs }) => nowMs - atMs <= WINDOW_MS)
    this.#samples = [...recent, { atMs: nowMs, totals: totals() }]
  }

  metrics(totals: Totals, nowMs: number): JobMetrics {
    const metrics: { [name: string]: JobMetrics[string] } = {}
    for (const head of HEADS) {
      for (const tail of ['Count', 'Bytes'] as const) {
        const key = `${head} ${tail}`
        const start = `${key} `
        const tables = [...totals.keys()].filter((each) => each.startsWith(start))
        const byTable = (value: (key: string) => string): { [table: string]: string } =>
          Object.fromEntries(tables.map((each) => [each.slice(start.length), value(each)]))
        const count = (each: string): string => String(totals.get(each) ?? 0)
        const rate = (each: string): string => this.#rate(each, totals, nowMs)
        metrics[head + tail] = count(key)
        metrics[head + RATES[tail]] = rate(key)
        metrics[`Table${head}${tail}`] = byTable(count)
        metrics[`Table${head}${RATES[tail]}`] = byTable(rate)
      }
    }
    return { ...metrics, IntermediateQueueSize: '0' }
  }

  #rate(key: string, totals: Totals, nowMs: number): string {
    const oldest = this.#samples.find(({ atMs }) => nowMs - atMs <= WINDOW_MS)
    if (oldest === undefined || oldest.atMs >= nowMs) return '0'
    const grown = Math.max(0, (totals.get(key) ?? 0) - (oldest.totals.get(key) ?? 0))
    return String(Math.round((grown * 100_000) / (nowMs - oldest.atMs)) / 100)
  }
}
