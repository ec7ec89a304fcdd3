import { createWorkspace, PROJECT_ROOT, type Workspace } from '../e2e/tidegate.ts'
import { postgresMissing, startPostgres, type TestServer } from '../servers/index.ts'
import type { Figure } from './main.ts'

const ROWS = 1_000_000
const ROUNDS = 3

const SOURCE_TABLE = `
  CREATE TABLE source_rows (id bigint PRIMARY KEY, name text, amount numeric(18, 4),
    active boolean, created timestamp);
  INSERT INTO source_rows SELECT i, 'name of row ' || i, i * 1.2345, i % 2 = 0,
    timestamp '2024-01-01' + i * interval '1 second' FROM generate_series(1, ${ROWS}) AS i;
  ANALYZE source_rows`

/** What is measured, each with the options of its sink. Upserts find an empty table. */
const SINKS: Readonly<Record<string, string>> = {
  copy: 'create_index = false, enable_upsert = false',
  'copy exactly once': 'create_index = false, enable_upsert = false, is_exactly_once = true',
  upsert: 'primary_keys = [id]',
  'upsert exactly once': 'primary_keys = [id], is_exactly_once = true',
}

const jobFile = (server: TestServer, sink: string): string => {
  const connection = `url = "jdbc:postgresql://127.0.0.1:${server.port}/test"
    user = ${server.username}, password = "${server.password}"`
  return `
    env { job.mode = BATCH }
    source { Jdbc { ${connection}, table_path = "test.public.source_rows" } }
    sink { Jdbc { ${connection}, database = test, table = "public.written_rows"
      schema_save_mode = RECREATE_SCHEMA, ${sink} } }`
}

const prepareServer = async (server: TestServer): Promise<void> => {
  const client = new Bun.SQL({
    adapter: 'postgres',
    hostname: '127.0.0.1',
    port: server.port,
    username: server.username,
    password: server.password,
    database: 'test',
    max: 1,
  })
  await client.unsafe(SOURCE_TABLE).simple()
  await client.close()
}

/** Runs a job in a process of its own; resolves with rows a second of the job itself. */
const rateOf = async (file: string, workspace: Workspace): Promise<number> => {
  const child = Bun.spawn(
    [process.execPath, `${PROJECT_ROOT}/deploy/cli/main.ts`, 'run', file, '--format', 'json'],
    {
      cwd: workspace.folder,
      env: { ...process.env, XDG_STATE_HOME: `${workspace.folder}/.state` },
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  )
  const lines = (await new Response(child.stdout).text()).trim().split('\n')
  const result = JSON.parse(lines.at(-1)!) as { writeCount: number; totalTimeMs: number }
  if ((await child.exited) !== 0 || result.writeCount !== ROWS) {
    throw new Error(`${file} wrote ${result.writeCount} rows: ${lines.at(-1)!}`)
  }
  return (ROWS / result.totalTimeMs) * 1000
}

/** PostgreSQL to PostgreSQL with a durable server on the same machine. */
export const run = async (emit: (figure: Figure) => void): Promise<void> => {
  const missing = postgresMissing()
  if (missing !== undefined) {
    process.stderr.write(`skipped: ${missing}\n`)
    return
  }
  const server = await startPostgres({ durable: true })
  try {
    await prepareServer(server)
    await using workspace = await createWorkspace()
    const rates = new Map(Object.keys(SINKS).map((name) => [name, [] as number[]]))
    for (const [name, sink] of Object.entries(SINKS)) {
      await workspace.write(`${name.replaceAll(' ', '-')}.conf`, jobFile(server, sink))
    }
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [name, list] of rates) {
        list.push(await rateOf(`${name.replaceAll(' ', '-')}.conf`, workspace))
      }
    }
    // The best round is the figure: others on the machine only ever slow a round down.
    for (const [name, list] of rates) {
      const sorted = list.toSorted((left, right) => right - left)
      const worst = Math.round(sorted.at(-1)!)
      const value = Math.round(sorted[0]!)
      emit({ bench: 'jdbc', name, value, unit: 'rows/s', worst, rounds: ROUNDS, rows: ROWS })
    }
  } finally {
    await server.stop()
  }
}
