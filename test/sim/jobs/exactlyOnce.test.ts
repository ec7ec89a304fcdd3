import { expect, test } from 'bun:test'
import { folderCheckpointStore, runJob } from '../../../jobs/coordinator/index.ts'
import { readJobText } from '../../../jobs/files/index.ts'
import type { Plan } from '../../../jobs/plan/index.ts'
import { createIsolatePool } from '../../../jobs/workers/index.ts'
import type { Host } from '../../../runtime/host/index.ts'
import { createSeededRandom, simulateSeeds, type SimWorld } from '../host/index.ts'
import { isolateThreads } from './isolates.ts'
import { idsWritten } from './idsWritten.ts'

interface Scenario {
  readonly plan: Plan
  readonly files: readonly { readonly path: string; readonly ids: readonly number[] }[]
  readonly crashCount: number
}

const sourceBlock = (index: number): string => `
  LocalFile {
    plugin_output = "s${index}"
    path = "/in${index}"
    file_format_type = csv
    schema { fields { id = bigint, name = string } }
  }`

/** Draws a job and its input; every row has an id of its own. */
const drawScenario = async (seed: number): Promise<Scenario> => {
  const random = createSeededRandom(`scenario ${seed}`)
  const sourceCount = 1 + random.integer(2)
  const names = Array.from({ length: sourceCount }, (_, index) => `"s${index}"`)
  const text = `
    env {
      job.mode = BATCH
      parallelism = ${1 + random.integer(3)}
      checkpoint.interval = ${10 + random.integer(50)}
      read_limit.rows_per_second = ${1000 + random.integer(8000)}
    }
    source { ${names.map((_, index) => sourceBlock(index)).join('\n')} }
    sink {
      LocalFile {
        plugin_input = [${names.join()}]
        path = "/out"
        tmp_path = "/tmp"
        file_format_type = csv
      }
    }`
  const { plan, diagnostics } = await readJobText(text, 'hocon', 'job.conf')
  expect(diagnostics).toEqual([])
  const files: { path: string; ids: number[] }[] = []
  let nextId = 0
  for (let source = 0; source < sourceCount; source += 1) {
    const fileCount = 1 + random.integer(5)
    for (let file = 0; file < fileCount; file += 1) {
      const ids = Array.from({ length: 1 + random.integer(200) }, () => nextId++)
      files.push({ path: `/in${source}/part-${file}.csv`, ids })
    }
  }
  return { plan: plan!, files, crashCount: random.integer(4) }
}

const writeInput = async ({ disk }: Host, { files }: Scenario): Promise<void> => {
  for (const { path, ids } of files) {
    await disk.makeFolder(path.slice(0, path.lastIndexOf('/')))
    const lines = ids.map((id) => `${id},name of ${id}\n`).join('')
    await disk.writeFileAtomically(path, new TextEncoder().encode(lines))
    await disk.syncFolder('/')
  }
}

const run = async (world: SimWorld, scenario: Scenario): Promise<void> => {
  let finished = false
  let written = false
  const machine = world.machine('edge', async (host) => {
    if (!written) return
    const store = folderCheckpointStore(host, '/checkpoints', 3)
    const known = await store.job('j')
    finished = known?.status === 'FINISHED'
    if (finished) return
    const result = await runJob(host, scenario.plan, {
      jobId: 'j',
      store,
      isolates: createIsolatePool(host, 0),
      defaults: { checkpointIntervalMs: 1000, checkpointTimeoutMs: 10_000, historyExpiryMs: 1e9 },
      restore: known !== undefined,
      source: 'job.conf',
      onPrint: () => undefined,
      onLog: () => undefined,
    }).done
    if (result.status !== 'FINISHED') throw result.error ?? new Error(result.status)
    finished = true
  })
  await writeInput(machine.host, scenario)
  written = true
  machine.kill()
  machine.restart()
  for (let crash = 0; crash < scenario.crashCount && !finished; crash += 1) {
    await world.sleep(world.random.next() * 250)
    if (world.random.next() < 0.5) machine.kill()
    else machine.crash()
    await world.sleep(1)
    machine.restart()
  }
  await world.until('the job has finished', () => finished, 60_000)
  const expected = scenario.files.flatMap((file) => file.ids)
  expect(await idsWritten(machine.host)).toEqual(expected)
}

test(
  'whatever crashes when, each row of a file job is written once',
  async () => {
    const count = Number(process.env['SIM_SEEDS'] ?? 500)
    const scenarios = new Map<number, Scenario>()
    const scenarioOf = async (seed: number): Promise<Scenario> => {
      const known = scenarios.get(seed)
      if (known !== undefined) return known
      const drawn = await drawScenario(seed)
      scenarios.set(seed, drawn)
      return drawn
    }
    await scenarioOf(1)
    await simulateSeeds(count, async (world) => run(world, await scenarioOf(world.seed)), {
      threads: isolateThreads,
      limitMs: 120_000,
    })
  },
  { timeout: 300_000 },
)
