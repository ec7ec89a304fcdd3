import { expect, test } from 'bun:test'
import { codeJob, withParallelism, writtenRows } from './running.ts'

const WORD_COUNT = `
  import { aggregates, pipeline, sinks, sources } from 'tidegate'
  export default pipeline({ name: 'words', parallelism: 3 })
    .readFrom(sources.items(['a b', 'b c', 'c c a']))
    .flatMap((line: string) => line.split(' '))
    .filter((word) => word !== 'a')
    .groupingKey((word) => word)
    .rollingAggregate(aggregates.counting(), { name: 'count' })
    .map(([word, count]) => ({ word, count }))
    .columns({ word: 'string', count: 'bigint' })
    .writeTo(sinks.localFile({ path: '$FOLDER/out', file_format_type: 'json' }))
`

test('a pipeline in code counts words by key and writes columns', async () => {
  await using job = await codeJob(WORD_COUNT)
  const { status, error } = await job.start().done
  expect(error).toBeUndefined()
  expect(status).toBe('FINISHED')
  const rows = await writtenRows(`${job.folder}/out`)
  expect(rows.map(({ word, count }) => `${word}${count}`).sort()).toEqual(
    ['b1', 'b2', 'c1', 'c2', 'c3'].sort(),
  )
})

test('the plan of code has keyed edges and the names of the stages', async () => {
  await using job = await codeJob(WORD_COUNT)
  expect(job.plan.name).toBe('words')
  expect(job.plan.env.mode).toBe('BATCH')
  expect(job.plan.vertices.map(({ name }) => name)).toEqual([
    'Source[0]-items',
    'Transform[0]-flatMap',
    'Transform[1]-filter',
    'Transform[2]-count-key',
    'Transform[3]-count',
    'Transform[4]-map',
    'Transform[5]-columns',
    'Sink[0]-LocalFile',
  ])
  const keyed = job.plan.edges.filter(({ partitioning }) => partitioning.kind === 'keyed')
  expect(keyed).toEqual([{ from: 3, to: 4, partitioning: { kind: 'keyed', columns: ['key'] } }])
})

test('rows of a connector are objects with every type in a form that code can use', async () => {
  await using job = await codeJob(`
    import { pipeline, sinks, sources } from 'tidegate'
    const row = [1, '9007199254740993', '12.50', 'x', '2026-11-22', '2026-11-22T01:02:03.004']
    export default pipeline()
      .readFrom(sources.fakeSource({
        schema: { fields: {
          i: 'int', b: 'bigint', d: 'decimal(10, 2)', s: 'string', day: 'date', at: 'timestamp',
        } },
        rows: [{ kind: 'INSERT', fields: row }],
      }))
      .map((r) => ({
        text: [r.i, typeof r.b, r.b, r.d, r.s, r.day, (r.at as Date).toISOString()].join('|'),
      }))
      .writeTo(sinks.console())
  `)
  const { error } = await job.start().done
  expect(error).toBeUndefined()
  expect(job.printed.join('\n')).toContain(
    '1|bigint|9007199254740993|12.50|x|2026-11-22|2026-11-22T01:02:03.004Z',
  )
})

test('branches of one stage become one job in which the stage runs once', async () => {
  await using job = await codeJob(`
    import { pipeline, sinks, sources } from 'tidegate'
    const numbers = pipeline().readFrom(sources.items([1, 2, 3]))
    const even = numbers.filter((n) => n % 2 === 0).map((n) => ({ n }))
      .writeTo(sinks.localFile({ path: '$FOLDER/even', file_format_type: 'json' }))
    const all = numbers.map((n) => ({ n })).columns({ n: 'int' })
      .writeTo(sinks.localFile({ path: '$FOLDER/all', file_format_type: 'json' }))
    export default all.and(even)
  `)
  expect(job.plan.vertices.filter(({ kind }) => kind === 'source')).toHaveLength(1)
  const { error } = await job.start().done
  expect(error).toBeUndefined()
  expect(await writtenRows(`${job.folder}/all`)).toHaveLength(3)
  expect(await writtenRows(`${job.folder}/even`)).toHaveLength(1)
})

/** Jet's fault-tolerant source: a counter, here with a stop at 1,000 that keeps the test short. */
const COUNTER = `
  import { pipeline, sinks, SourceBuilder } from 'tidegate'
  const counter = SourceBuilder.stream('fault-tolerant-source', () => [0])
    .fillBuffer<number>((numToEmit, buffer) => {
      if (numToEmit[0]! < 1000) buffer.add(numToEmit[0]!++)
    })
    .createSnapshot((numToEmit) => numToEmit[0]!)
    .restoreSnapshot((numToEmit, saved) => { numToEmit[0] = saved[0]! })
    .build()
  export default pipeline({ name: 'counter', env: { 'checkpoint.interval': 20 } })
    .readFrom(counter)
    .groupingKey((n) => n % 7)
    .mapStateful(() => ({ seen: 0 }), (state, key, n) => ({ n, key, seen: ++state.seen }))
    .columns({ n: 'bigint', key: 'int', seen: 'int' })
    .writeTo(sinks.localFile({ path: '$FOLDER/out', file_format_type: 'json' }))
`

test('a source in code and states by key go on where they were, also at another parallelism', async () => {
  await using job = await codeJob(COUNTER)
  for (let parallelism = 1; ; parallelism = (parallelism % 3) + 1) {
    const plan = withParallelism(job.plan, parallelism)
    const running = job.start({ restore: true, plan })
    const before = (await writtenRows(`${job.folder}/out`)).length
    const settled = Promise.withResolvers<void>()
    const watch = setInterval(() => {
      void writtenRows(`${job.folder}/out`).then((rows) => {
        if (rows.length >= before + 150 || rows.length >= 1000) settled.resolve()
      })
    }, 5)
    await Promise.race([settled.promise, running.done])
    clearInterval(watch)
    running.cancel()
    const { error } = await running.done
    expect(error).toMatchObject({ code: 'ENG-002' })
    if ((await writtenRows(`${job.folder}/out`)).length >= 1000) break
  }
  const rows = await writtenRows(`${job.folder}/out`)
  expect(rows.map(({ n }) => Number(n)).sort((a, b) => a - b)).toEqual(
    Array.from({ length: 1000 }, (_, n) => n),
  )
  // Each key has counted every item of its own once.
  for (const { n, seen } of rows) expect(Number(seen)).toBe(Math.floor(Number(n) / 7) + 1)
})

test('each instance of a distributed source gets all that was saved', async () => {
  await using job = await codeJob(`
    import { pipeline, sinks, SourceBuilder } from 'tidegate'
    const source = SourceBuilder.stream('spread', (context) => ({ ...context, saved: [] as string[], told: false }))
      .fillBuffer<string>((state, buffer) => {
        if (state.told) return
        state.told = true
        buffer.add('instance ' + state.instance + ' of ' + state.parallelism + ' got ' + state.saved.sort().join())
      })
      .createSnapshot((state) => 'i' + state.instance)
      .restoreSnapshot((state, saved) => { state.saved = [...saved] })
      .distributed()
      .build()
    export default pipeline({ parallelism: 2, env: { 'checkpoint.interval': 20 } })
      .readFrom(source)
      .writeTo(sinks.console())
  `)
  const first = job.start()
  while (first.progress().lastCheckpointId < 2) await Bun.sleep(5)
  first.cancel()
  await first.done
  const again = job.start({ restore: true, plan: withParallelism(job.plan, 3) })
  const told = (): string[] => job.printed.filter((line) => line.includes('of 3 got i0,i1'))
  while (told().length < 3) await Bun.sleep(5)
  again.cancel()
  await again.done
  expect(told()).toHaveLength(3)
})
