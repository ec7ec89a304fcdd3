import { join } from 'node:path'
import type { PostgresServer } from '../../servers/index.ts'
import type { ProcessCluster } from './cluster.ts'
import { fileSink, idSource, readIds } from './files.ts'

/** A job that brings the rows of some files to a sink; each row has an id of its own. */
export interface RowJob {
  readonly name: string
  /** Rows may come again, but none may be lost. */
  readonly mayRepeat: boolean
  text(parallelism: number): string
  /** The ids that can be seen where it writes. */
  written(): Promise<readonly number[]>
}

export interface RowJobOptions {
  readonly cluster: ProcessCluster
  readonly postgres: PostgresServer | undefined
  readonly database: Bun.SQL | undefined
  /** The rows are in its folder `in`; the job has a folder of its own beside. */
  readonly folder: string
  readonly rowsPerSecond: number
  /** Tables and maps of this round end with it. */
  readonly round: number
}

const postgresSink = ({ port, username, password }: PostgresServer, table: string): string => `
  sink {
    Jdbc {
      url = "jdbc:postgresql://127.0.0.1:${port}/test"
      driver = "org.postgresql.Driver"
      username = "${username}"
      password = "${password}"
      generate_sink_sql = true
      database = test
      table = "public.${table}"
      is_exactly_once = true
      xa_data_source_class_name = "org.postgresql.xa.PGXADataSource"
    }
  }`

const tableIds = async (database: Bun.SQL, table: string): Promise<number[]> => {
  const left: { gid: string }[] = await database`SELECT gid FROM pg_prepared_xacts`
  if (left.length > 0) throw new Error(`left prepared: ${left.map(({ gid }) => gid).join()}`)
  const rows: { id: string }[] = await database.unsafe(`SELECT id FROM ${table}`)
  return rows.map(({ id }) => Number(id))
}

/** One job for each kind of promise that a sink makes. */
export const createRowJobs = (options: RowJobOptions): RowJob[] => {
  const { cluster, postgres, database, folder, rowsPerSecond, round } = options
  const make = (
    name: string,
    sink: string,
    written: RowJob['written'],
    mode: 'EXACTLY_ONCE' | 'AT_LEAST_ONCE' = 'EXACTLY_ONCE',
  ): RowJob => ({
    name,
    mayRepeat: mode === 'AT_LEAST_ONCE',
    text: (parallelism) => `
  env {
    job.name = "${name}"
    parallelism = ${parallelism}
    checkpoint.interval = 100
    checkpoint.mode = ${mode}
    read_limit.rows_per_second = ${rowsPerSecond}
    job.retry.times = 1000
  }
  ${idSource(join(folder, 'in'))}
  ${sink}`,
    written,
  })
  const files = (name: string, mode?: 'AT_LEAST_ONCE'): RowJob => {
    const own = join(folder, `${name}-${round}`)
    return make(name, fileSink(own), () => readIds(own), mode)
  }
  const map = `ids-${round}`
  const table = `ids_${round}`
  const ofMap = async (): Promise<number[]> => {
    const keys = (await (await cluster.activeMaster()).ask('keys', [map])) as string[]
    return keys.map(Number)
  }
  return [
    files('files'),
    files('files-at-least-once', 'AT_LEAST_ONCE'),
    make('map', `sink { GridMap { map = "${map}", key_columns = ["id"] } }`, ofMap),
    ...(postgres === undefined || database === undefined
      ? []
      : [make('postgres', postgresSink(postgres, table), () => tableIds(database, table))]),
  ]
}
