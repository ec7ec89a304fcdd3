import { expect, test } from 'bun:test'
import { folderCheckpointStore } from '../../../jobs/coordinator/index.ts'
import { readJobText } from '../../../jobs/files/index.ts'
import type { Plan } from '../../../jobs/plan/index.ts'
import type { Host } from '../../../runtime/host/index.ts'
import { simulate, type SimWorld } from '../host/index.ts'
import { createSharedState, startJobCluster, type JobNode, type SharedState } from './cluster.ts'
import { isolateThreads } from './isolates.ts'

const planOf = async (sources: number, sinks: number): Promise<Plan> => {
  const text = `
    env {
      job.mode = BATCH
      parallelism = ${sources}
      checkpoint.interval = 50
      read_limit.rows_per_second = 2000
    }
    source {
      LocalFile {
        plugin_output = "s"
        path = "/in"
        file_format_type = csv
        schema { fields { id = bigint, name = string } }
      }
    }
    sink {
      LocalFile {
        plugin_input = "s"
        path = "/out"
        tmp_path = "/tmp"
        file_format_type = csv
        parallelism = ${sinks}
      }
    }`
  const { plan, diagnostics } = await readJobText(text, 'hocon', 'job.conf')
  expect(diagnostics).toEqual([])
  return plan!
}

const writeInput = async ({ disk }: Host, files: number, rows: number): Promise<void> => {
  await disk.makeFolder('/in')
  for (let file = 0; file < files; file += 1) {
    const lines = Array.from({ length: rows }, (_, row) => {
      const id = file * rows + row
      return `${id},name of ${id}\n`
    })
    const bytes = new TextEncoder().encode(lines.join(''))
    await disk.writeFileAtomically(`/in/part-${file}.csv`, bytes)
  }
}

const idsWritten = async ({ disk }: Host): Promise<number[]> => {
  const ids: number[] = []
  for (const { name } of await disk.list('/out')) {
    const text = new TextDecoder().decode(await disk.readFile(`/out/${name}`))
    for (const line of text.split('\n')) if (line !== '') ids.push(Number(line.split(',')[0]))
  }
  return ids.sort((left, right) => left - right)
}

interface Run {
  readonly world: SimWorld
  readonly nodes: readonly JobNode[]
  readonly shared: SharedState
}

const FILES = 8
const ROWS = 300

const run = async (
  world: SimWorld,
  plan: Plan,
  disturb: (run: Run) => Promise<void>,
): Promise<Run> => {
  const disk = world.machine('disk')
  await writeInput(disk.host, FILES, ROWS)
  const shared = createSharedState()
  const nodes = startJobCluster(world, {
    masters: 3,
    workers: 3,
    quorum: true,
    plan,
    shared,
    storeOf: (host) => folderCheckpointStore(host, '/checkpoints', 3),
    disk,
  })
  await world.until('the job runs', () => shared.isRunning, 10_000)
  await disturb({ world, nodes, shared })
  await world.until('the job has finished', () => shared.isFinished, 120_000)
  expect(await idsWritten(disk.host)).toEqual(Array.from({ length: FILES * ROWS }, (_, id) => id))
  return { world, nodes, shared }
}

test('a pipeline runs over three workers, its rows spread over TCP', async () => {
  const plan = await planOf(3, 2)
  await simulate(
    1,
    async (world) => {
      const { shared } = await run(world, plan, async () => {})
      expect(shared.failures).toEqual([])
      expect(shared.attempts).toBe(1)
    },
    { threads: isolateThreads, limitMs: 200_000 },
  )
})
