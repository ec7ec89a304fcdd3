import type { Batch, Vector } from '../../../runtime/rows/index.ts'
import type { ConnectorContext } from '../contract.ts'

/** PostgreSQL, MySQL and MariaDB keep times to the microsecond; SQLite keeps their text whole. */
const NANOS_KEPT = 1000

/**
 * Says once a column that the database cuts what its times have below a microsecond: a value must not
 * change in silence.
 */
export const createPrecisionWatch = (
  url: string,
  { log }: Pick<ConnectorContext, 'log'>,
): ((batch: Batch) => void) => {
  if (url.startsWith('jdbc:sqlite:')) return () => undefined
  const told = new Set<string>()
  return ({ table, columns }) => {
    for (const [index, vector] of columns.entries()) {
      const { name, type } = table.columns[index]!
      const isTime = vector.kind === 'timestamp' || type.kind === 'time'
      if (!isTime || told.has(name) || !hasFinerTimes(vector)) continue
      told.add(name)
      log('warn', `Column ${name} has nanoseconds; the database keeps microseconds.`)
    }
  }
}

const hasFinerTimes = (vector: Vector): boolean => {
  if (vector.kind === 'timestamp') return vector.nanos.some((nanos) => nanos % NANOS_KEPT !== 0)
  return vector.kind === 'float64' && vector.values.some((nanos) => nanos % NANOS_KEPT !== 0)
}
