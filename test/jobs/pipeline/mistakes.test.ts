import { expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeBundle } from '../../../jobs/bundles/index.ts'
import type { CodeLimits } from '../../../jobs/workers/index.ts'
import { createRealHost } from '../../../runtime/host/index.ts'
import { codeJob } from './running.ts'

const failureOf = async (text: string, limits?: CodeLimits): Promise<unknown> => {
  try {
    await using job = await codeJob(text, limits)
    return (await job.start().done).error
  } catch (thrown) {
    return thrown
  }
}

const API = `import { pipeline, sinks, sources } from 'tidegate'\n`

test('a stage that throws fails its job with its name', async () => {
  const error = await failureOf(`${API}
    export default pipeline().readFrom(sources.items([1]))
      .map((n) => { if (n === 1) throw new RangeError('too small'); return n }, { name: 'enrich' })
      .writeTo(sinks.console())
  `)
  expect(error).toMatchObject({ code: 'PIP-002' })
  expect(String(error)).toContain('The stage enrich threw RangeError: too small (job.ts:4:44)')
})

test('a source that throws fails its job with its name', async () => {
  const error = await failureOf(`
    import { pipeline, sinks, SourceBuilder } from 'tidegate'
    const broken = SourceBuilder.batch('broken', () => 0)
      .fillBuffer(() => { throw new Error('no more') }).build()
    export default pipeline().readFrom(broken).writeTo(sinks.console())
  `)
  expect(error).toMatchObject({ code: 'PIP-002' })
  expect(String(error)).toContain('The source broken threw Error: no more (job.ts:4:37)')
})

test('a module without a pipeline is told so', async () => {
  expect(await failureOf('export const job = 1')).toMatchObject({ code: 'PIP-001' })
  expect(await failureOf(`${API}export default pipeline()`)).toMatchObject({ code: 'PIP-001' })
})

test('a module that throws while it loads is told so', async () => {
  const error = await failureOf(`throw new Error('not today')`)
  expect(error).toMatchObject({ code: 'PIP-002' })
  expect(String(error)).toContain('The module of the job threw Error: not today')
})

test('code that cannot be bundled is told with its place', async () => {
  const error = await failureOf(`${API}\nimport x from './nowhere.ts'\nexport default x`)
  expect(error).toMatchObject({ code: 'PIP-003', at: { line: 3 } })
})

test('options of connectors are checked as in job files', async () => {
  const error = await failureOf(`${API}
    export default pipeline().readFrom(sources.items([1]))
      .columns({ n: 'nonsense' })
      .writeTo(sinks.localFile({}))
  `)
  expect(String(error)).toContain('path')
})

test('a module that never ends loading is given up', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'endless-'))
  const path = join(folder, 'job.js')
  await Bun.write(path, 'for (;;) {}')
  try {
    const described = describeBundle(createRealHost(), path, 50)
    expect(described).rejects.toMatchObject({ code: 'PIP-004' })
    await described.catch(() => undefined)
  } finally {
    await rm(folder, { recursive: true })
  }
})

const LIMITS: CodeLimits = { stageMs: 300, heapBytes: 64 * 1024 * 1024 }

test('a stage that never comes back fails its job with its name', async () => {
  const error = await failureOf(
    `${API}
    export default pipeline().readFrom(sources.items([1]))
      .map((n) => { for (;;) {} return n }, { name: 'endless' })
      .writeTo(sinks.console())
  `,
    LIMITS,
  )
  expect(error).toMatchObject({ code: 'PIP-007' })
  expect(String(error)).toContain('The stage endless has not come back')
})

test('a source that never comes back fails its job with its name', async () => {
  const error = await failureOf(
    `
    import { pipeline, sinks, SourceBuilder } from 'tidegate'
    const stuck = SourceBuilder.batch('stuck', () => 0).fillBuffer(() => { for (;;) {} }).build()
    export default pipeline().readFrom(stuck).writeTo(sinks.console())
  `,
    LIMITS,
  )
  expect(String(error)).toContain('The stage stuck has not come back')
})

test('a stage that keeps too much over its calls fails its job', async () => {
  const error = await failureOf(
    `
    import { pipeline, sinks, SourceBuilder } from 'tidegate'
    const kept: unknown[] = []
    const numbers = SourceBuilder.stream('numbers', () => ({ n: 0 }))
      .fillBuffer<number>((state, buffer) => { buffer.add(state.n++) }).build()
    export default pipeline().readFrom(numbers)
      .map((n) => { kept.push(new Array(10_000).fill(n)); return n }, { name: 'hoard' })
      .writeTo(sinks.console())
  `,
    { ...LIMITS, stageMs: 20_000 },
  )
  expect(error).toMatchObject({ code: 'PIP-008' })
})

test('a stage that takes too much in one call fails its job', async () => {
  const error = await failureOf(
    `${API}
    export default pipeline().readFrom(sources.items([1]))
      .map((n) => { const all: unknown[] = []; for (;;) all.push(new Array(1000).fill(n)) }, { name: 'glutton' })
      .writeTo(sinks.console())
  `,
    { ...LIMITS, stageMs: 20_000 },
  )
  expect(error).toMatchObject({ code: 'PIP-008' })
  expect(String(error)).toContain('The stage glutton has taken more than 64 MiB')
})
