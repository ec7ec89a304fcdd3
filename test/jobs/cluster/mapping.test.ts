import { expect, test } from 'bun:test'
import { mapCheckpoints } from '../../../jobs/cluster/restore/mapping.ts'
import { operatorsOf, type CheckpointRecord } from '../../../jobs/coordinator/index.ts'
import { readJobText } from '../../../jobs/files/index.ts'
import type { Plan } from '../../../jobs/plan/index.ts'

const planOf = async (text: string): Promise<Plan> => {
  const { plan, diagnostics } = await readJobText(text, 'hocon', 'job.conf')
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([])
  return plan!
}

const source = (output: string): string => `
  FakeSource { plugin_output = ${output}, row.num = 1, schema { fields { id = bigint } } }`
const sink = (input: string, plugin = 'Console'): string => `
  ${plugin} { plugin_input = ${input}, path = "/out", file_format_type = csv }`

const jobOf = (sources: readonly string[], sinks: readonly string[]): Promise<Plan> =>
  planOf(`source { ${sources.join('\n')} }\nsink { ${sinks.join('\n')} }`)

/** What a pipeline of `plan` saved: each source its own name, each sink a transaction of its own. */
const saved = (plan: Plan, vertexIds: readonly number[], pipelineId = 1): CheckpointRecord => {
  const of = (kind: string) => vertexIds.filter((id) => plan.vertices[id]!.kind === kind)
  return {
    jobId: 'old',
    pipelineId,
    checkpointId: 7 + pipelineId,
    takenAtMs: 1000,
    ended: false,
    operators: operatorsOf(plan, vertexIds),
    enumerators: Object.fromEntries(
      of('source').map((id) => [id, `at ${plan.vertices[id]!.output}`]),
    ),
    vertices: Object.fromEntries([
      ...of('source').map((id) => [id, [null]]),
      ...of('sink').map((id) => [id, [{ writer: [], infos: [`of ${plan.vertices[id]!.input}`] }]]),
    ]),
  }
}

test('the same job gets back what it had', async () => {
  const plan = await jobOf([source('a')], [sink('a')])
  const record = saved(plan, [0, 1])
  const { byPipeline, orphans } = mapCheckpoints([record], 'new', plan)
  expect(orphans).toEqual([])
  expect(byPipeline.get(1)).toEqual({ ...record, jobId: 'new' })
})

test('state follows the labels of operators when others are put before them', async () => {
  const before = await jobOf([source('a')], [sink('a')])
  const after = await jobOf([source('b'), source('a')], [sink('b'), sink('a')])
  const { byPipeline, orphans } = mapCheckpoints([saved(before, [0, 1])], 'new', after)
  expect(orphans).toEqual([])
  const records = [...byPipeline.values()]
  expect(records.map(({ pipelineId }) => pipelineId)).toEqual([2])
  expect(records[0]!.enumerators).toEqual({ 1: 'at a' })
  expect(records[0]!.vertices[3]).toEqual([{ writer: [], infos: ['of a'] }])
})

test('an operator that was only given another label is found by its place', async () => {
  const before = await jobOf([source('a')], [sink('a')])
  const after = await jobOf([source('renamed')], [sink('renamed')])
  const { byPipeline, orphans } = mapCheckpoints([saved(before, [0, 1])], 'new', after)
  expect(orphans).toEqual([])
  expect(byPipeline.get(1)!.enumerators).toEqual({ 0: 'at a' })
})

test('a new operator in between starts empty, the others go on', async () => {
  const before = await jobOf([source('a')], [sink('a')])
  const after = await planOf(`source { ${source('a')} }
    transform { Filter { plugin_input = a, plugin_output = b, include_fields = [id] } }
    sink { ${sink('b')} }`)
  const { byPipeline, orphans } = mapCheckpoints([saved(before, [0, 1])], 'new', after)
  expect(orphans).toEqual([])
  expect(byPipeline.get(1)).toMatchObject({ checkpointId: 8, enumerators: { 0: 'at a' } })
  expect(byPipeline.get(1)!.vertices).toEqual({
    0: [null],
    1: [],
    2: [{ writer: [], infos: ['of a'] }],
  })
})

test('state of an operator that is gone, or of another plugin, is an orphan', async () => {
  const before = await jobOf([source('a'), source('b')], [sink('a'), sink('b', 'LocalFile')])
  const after = await jobOf([source('a')], [sink('a')])
  const records = [saved(before, [0, 2], 1), saved(before, [1, 3], 2)]
  expect(mapCheckpoints(records, 'new', after).orphans.toSorted()).toEqual([
    'Sink[1]-LocalFile-MultiTableSink',
    'Source[1]-FakeSource',
  ])
  const other = await jobOf([source('a')], [sink('a', 'LocalFile')])
  const first = await jobOf([source('a')], [sink('a')])
  expect(mapCheckpoints([saved(first, [0, 1])], 'new', other).orphans).toEqual([
    'Sink[0]-Console-MultiTableSink',
  ])
})

test('an operator that had saved nothing is no orphan', async () => {
  const before = await jobOf([source('a'), source('b')], [sink('a'), sink('b')])
  const after = await jobOf([source('a')], [sink('a')])
  const records = [saved(before, [0, 2], 1)]
  const empty = { ...saved(before, [1, 3], 2), enumerators: {}, vertices: { 1: [null], 3: [] } }
  expect(mapCheckpoints([...records, empty], 'new', after).orphans).toEqual([])
})

test('two pipelines that become one go on together, from the higher number', async () => {
  const before = await jobOf([source('a'), source('b')], [sink('a'), sink('b')])
  const after = await planOf(`source { ${source('a')} ${source('b')} }
    sink { Console { plugin_input = [a, b] } }`)
  const records = [saved(before, [0, 2], 1), { ...saved(before, [1, 3], 2), vertices: {} }]
  const { byPipeline } = mapCheckpoints(records, 'new', after)
  expect(byPipeline.get(1)).toMatchObject({
    checkpointId: 9,
    enumerators: { 0: 'at a', 1: 'at b' },
  })
})
