import { afterAll, describe, expect, test } from 'bun:test'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { statistic, visibleFiles, writtenLines } from './badData.ts'
import { createWorkspace } from './tidegate.ts'

const workspace = await createWorkspace()
afterAll(() => workspace[Symbol.asyncDispose]())

const until = async (isTrue: () => Promise<boolean>): Promise<void> => {
  while (!(await isTrue())) await Bun.sleep(20)
}

describe('a source that does not end', () => {
  test(
    'is drained by Ctrl-C, and a restore goes on without losing or doubling a row',
    async () => {
      const rowCount = 60_000
      const half = rowCount / 2
      for (const [name, from] of [
        ['a', 0],
        ['b', half],
      ] as const) {
        const rows = Array.from({ length: half }, (_, index) => `${from + index},row`)
        await workspace.write(`in/${name}.csv`, `${rows.join('\n')}\n`)
      }
      await workspace.write(
        'job.conf',
        `env { job.mode = STREAMING, parallelism = 3, checkpoint.interval = 100
          read_limit.rows_per_second = 10000 }
        source { LocalFile { path = in, file_format_type = csv
          schema { fields { id = bigint, name = string } } } }
        sink { LocalFile { path = out, tmp_path = tmp, file_format_type = csv } }`,
      )
      const first = workspace.start('run', 'job.conf')
      await until(async () => (await visibleFiles(workspace)).length > 0)
      first.signal('SIGINT')
      const stopped = await first.finished
      expect(stopped.exitCode).toBe(130)
      expect(stopped.err).toContain('--restore')
      const before = await writtenLines(workspace)
      expect(before.length).toBe(statistic(stopped, 'Total Write Count'))
      expect(before.length).toBeLessThan(rowCount)
      const second = await workspace.run('run', 'job.conf', '--restore')
      expect(second.exitCode).toBe(0)
      const lines = await writtenLines(workspace)
      expect([lines.length, new Set(lines).size]).toEqual([rowCount, rowCount])
    },
    { timeout: 60_000 },
  )

  test(
    'runs at full speed in the same memory',
    async () => {
      await rm(join(workspace.folder, 'out'), { recursive: true, force: true })
      await workspace.write(
        'flood.conf',
        `env { job.mode = STREAMING, parallelism = 2, checkpoint.interval = 500 }
        source { FakeSource { row.num = 1000000000, split.num = 10
          schema { fields { id = bigint, name = string, price = "decimal(10, 2)" } } } }
        transform { Sql { query = "select id, upper(name) as name, price from dual where id > 0" } }
        sink { Assert { rules { field_rules = [
          { field_name = id, field_type = bigint, field_value = [{ rule_type = NOT_NULL }] } ] } } }`,
      )
      const started = workspace.start('run', 'flood.conf')
      const residentKiB = async (): Promise<number> => {
        const status = await Bun.file(`/proc/${started.pid}/status`).text()
        return Number(/VmRSS:\s+(\d+)/.exec(status)![1])
      }
      const samples: number[] = []
      const seconds = Number(process.env['TIDEGATE_FLOOD_SECONDS'] ?? 12)
      for (let second = 0; second < seconds; second += 1) {
        await Bun.sleep(1000)
        samples.push(await residentKiB())
      }
      started.signal('SIGINT')
      const finished = await started.finished
      const half = samples.length >> 1
      const [early, late] = [samples.slice(0, half), samples.slice(half)].map((part) =>
        Math.max(...part),
      )
      const rows = statistic(finished, 'Total Write Count')
      console.log(`flood: ${rows} rows in ${seconds} s, at most ${early} then ${late} KiB`)
      expect(finished.exitCode).toBe(130)
      expect(rows).toBeGreaterThan(100_000)
      expect(late!).toBeLessThan(early! * 1.25)
    },
    { timeout: 90_000 },
  )
})
