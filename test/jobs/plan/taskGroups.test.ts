import { expect, test } from 'bun:test'
import { readJobText } from '../../../jobs/files/index.ts'
import { taskGroupsOf } from '../../../jobs/plan/index.ts'
import { STUBS } from '../files/stubs.ts'

const planOf = async (text: string) =>
  (await readJobText(text, 'hocon', 'job', { registries: STUBS })).plan!

test('a pipeline takes two slots more than its parallelism, one without a committer', async () => {
  const plan = await planOf(
    'env { parallelism = 4 }, source { FakeSource {} }, transform { Copy {} }, sink { Console {} }',
  )
  expect(taskGroupsOf(plan, () => true)[0]!.groups).toHaveLength(6)
  expect(taskGroupsOf(plan, () => false)[0]!.groups).toHaveLength(5)
  expect(taskGroupsOf(plan, () => true)[0]!.groups.at(-1)).toEqual({
    kind: 'rows',
    instance: 3,
    vertexIds: [0, 1, 2],
  })
})

test('each connected part of the graph is a pipeline', async () => {
  const plan = await planOf(`source {
      FakeSource { plugin_output = a }, FakeSource { plugin_output = b, parallelism = 3 }
    }
    sink { Console { plugin_input = a }, Console { plugin_input = b }, Console { plugin_input = b } }`)
  const pipelines = taskGroupsOf(plan, (id) => id === 3)
  expect(
    pipelines.map(({ pipelineId, vertexIds, groups }) => [pipelineId, vertexIds, groups.length]),
  ).toEqual([
    [1, [0, 2], 2],
    [2, [1, 3, 4], 5],
  ])
})
