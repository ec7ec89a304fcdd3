import { describe, expect, test } from 'bun:test'
import { openMetricsText, prometheusText, type Measures } from '../../../jobs/monitoring/index.ts'
import { GIBIBYTE, hostWith, workload } from './measured.ts'

const measures: Measures = {
  cluster: 'a "name" with \\ and\na line',
  address: '10.0.0.1:5801',
  members: 3,
  partitions: 271,
  migrationQueueSize: 0,
  isSafe: true,
  workload,
  jobs: {
    runningJobs: '1',
    pendingJobs: '2',
    finishedJobs: '3',
    failedJobs: '4',
    cancelledJobs: '5',
  },
}

const HELP = /^# HELP ([a-zA-Z_:][\w:]*) ([^"\\]+)$/
const TYPE = /^# TYPE ([a-zA-Z_:][\w:]*) (gauge|counter)$/
const SAMPLE =
  /^([a-zA-Z_:][\w:]*)\{((?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*",?)*)\} (-?\d+(?:\.\d+)?(?:e[+-]\d+)?)$/

interface Family {
  readonly type: string
  readonly samples: Map<string, number>
}

/** The families of a text in which every line is what the format knows. */
const read = (text: string, ending: { readonly counter: string }): Map<string, Family> => {
  const families = new Map<string, Family>()
  const lines = text.split('\n')
  expect(lines.pop()).toBe('')
  while (lines.length > 0) {
    const [, name] = HELP.exec(lines.shift()!)!
    const [, typed, type] = TYPE.exec(lines.shift()!)!
    expect(typed).toBe(name!)
    expect(families.has(name!)).toBe(false)
    const samples = new Map<string, number>()
    while (lines.length > 0 && !lines[0]!.startsWith('#')) {
      const [, sampled, labels, value] = SAMPLE.exec(lines.shift()!)!
      expect(sampled).toBe(type === 'counter' ? name! + ending.counter : name!)
      const own = labels!.replace(/^cluster="(?:[^"\\]|\\.)*",address="[^"]*",?/, '')
      expect(samples.has(own)).toBe(false)
      samples.set(own, Number(value))
    }
    expect(samples.size).toBeGreaterThan(0)
    families.set(name!, { type: type!, samples })
  }
  return families
}

describe('the metrics of a member', () => {
  test('are the text format of Prometheus', async () => {
    const families = read(await prometheusText(hostWith(), measures), { counter: '' })
    const value = (name: string, labels = ''): number | undefined =>
      families.get(name)?.samples.get(labels)
    expect(families.get('process_cpu_seconds_total')?.type).toBe('counter')
    expect({
      cpu: value('process_cpu_seconds_total'),
      start: value('process_start_time_seconds'),
      files: [value('process_open_fds'), value('process_max_fds')],
      memory: [value('process_virtual_memory_bytes'), value('process_resident_memory_bytes')],
      threads: [value('jvm_threads_current'), value('jvm_threads_peak')],
      info: value('jvm_info', 'runtime="Bun",version="1.2.3"'),
      heap: ['used', 'committed', 'max'].map((each) =>
        value(`jvm_memory_bytes_${each}`, 'area="heap"'),
      ),
      nonheap: ['used', 'committed', 'max'].map((each) =>
        value(`jvm_memory_bytes_${each}`, 'area="nonheap"'),
      ),
    }).toEqual({
      cpu: 2.5,
      start: 1.5,
      files: [20, 1024],
      memory: [GIBIBYTE, 100 * 1024 * 1024],
      threads: [3, 8],
      info: 1,
      heap: [30 * 1024 * 1024, 40 * 1024 * 1024, 4 * GIBIBYTE],
      nonheap: [60 * 1024 * 1024, 60 * 1024 * 1024, 4 * GIBIBYTE],
    })
    const pool = [...families].flatMap(([name, { samples }]) =>
      name.startsWith('job_thread_pool_') ? [[name.slice(16), ...samples.values()]] : [],
    )
    expect(pool).toEqual([
      ['activeCount', 1],
      ['poolSize', 2],
      ['corePoolSize', 0],
      ['maximumPoolSize', 16],
      ['queueTaskCount', 1],
      ['completedTask_total', 10],
      ['task_total', 12],
      ['rejection_total', 1],
    ])
    expect([...families.get('job_count')!.samples.values()]).toEqual([1, 2, 3, 4, 5])
    expect(value('hazelcast_partition_activePartition')).toBe(90)
    expect(value('tidegate_connections', 'type="client"')).toBe(3)
  })

  test('are OpenMetrics, in which the names of counters differ from those of their samples', async () => {
    const text = openMetricsText(await prometheusText(hostWith(), measures))
    expect(text).toEndWith('\n# EOF\n')
    const families = read(text.replace('# EOF\n', ''), { counter: '_total' })
    const counters = [...families].flatMap(([name, { type }]) => (type === 'counter' ? [name] : []))
    expect(counters).toContain('process_cpu_seconds')
    expect(counters.filter((name) => name.endsWith('_total'))).toEqual([])
    // A name with such an end would be read as a sample of the family without it.
    const suffix = /_(total|created|count|sum|bucket|info)$/
    const clashing = [...families.keys()].filter(
      (name) => suffix.test(name) && families.has(name.replace(suffix, '')),
    )
    expect(clashing).toEqual([])
  })

  test('leave out what the system does not tell, and the jobs where this is not the master', async () => {
    const { process, ...host } = hostWith()
    const unknown = { openFiles: undefined, openFilesMax: undefined, virtualBytes: undefined }
    const silent = { ...process, resources: async () => unknown }
    const told = { ...measures, jobs: undefined }
    const text = await prometheusText({ ...host, process: silent }, told)
    const names = [...read(text, { counter: '' }).keys()]
    expect(names.filter((name) => /^process_|^job_count/.test(name))).toEqual([
      'process_cpu_seconds_total',
      'process_start_time_seconds',
      'process_resident_memory_bytes',
    ])
  })
})
