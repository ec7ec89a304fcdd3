import { defineSource } from '../define.ts'
import { createFakeEnumerator } from './enumerator.ts'
import { createFakeReader } from './reader.ts'
import { FAKE_SOURCE_OPTIONS } from './spec.ts'
import { fakeSchemas, fakeTables } from './tables.ts'

/** FakeSource: random or given rows, for tests, examples and benchmarks. */
export const fakeSource = defineSource({
  kind: 'source',
  name: 'FakeSource',
  description: 'Yields random rows of any schema, or the rows written in the job file.',
  options: FAKE_SOURCE_OPTIONS,
  replayable: true,
  declaredTables: (options, output) => fakeSchemas(options, output),
  discoverTables: (options, context) =>
    Promise.resolve(fakeSchemas(options, context.vertex.output)),
  createEnumerator: (options, schemas, context) =>
    createFakeEnumerator({
      host: context.host,
      tables: fakeTables(options),
      schemas,
      parallelism: context.parallelism,
      isBounded: context.jobMode === 'BATCH',
    }),
  createReader: (options, schemas, context) =>
    createFakeReader({
      tables: fakeTables(options),
      schemas,
      clock: context.host.clock,
      signal: context.signal,
    }),
  bounded: (_options, jobMode) => jobMode === 'BATCH',
})
