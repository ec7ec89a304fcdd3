import type { TableSchema } from '../../../runtime/rows/index.ts'
import type { BoundTransform, TransformPlugin } from '../../transforms/index.ts'
import { ITEMS, KEYED_ITEMS } from '../items.ts'
import type { JobCode } from '../jobCode.ts'
import { STAGE_OPTIONS, type StageOptions } from './spec.ts'
import { createStatefulStage } from './stateful.ts'
import { bindColumns, bindStateless } from './stateless.ts'

const STATEFUL: ReadonlySet<string> = new Set(['mapStateful', 'rollingAggregate'])

/** Runs a batch through a stage, seen by whoever watches the isolate. */
const watched = (
  code: JobCode,
  stageId: number,
  part: 'whole' | 'key',
  table: TableSchema,
): BoundTransform => {
  const bound = bindStateless(code.stage(stageId), part, table)
  return {
    outputs: bound.outputs,
    apply: (...batch) => code.run(stageId, () => bound.apply(...batch)),
  }
}

/** A step of a pipeline in code, as a transform. */
const stage: TransformPlugin<typeof STAGE_OPTIONS> = {
  kind: 'transform',
  name: 'Stage',
  description: 'A step of a TypeScript pipeline.',
  options: STAGE_OPTIONS,
  keyColumns: ({ operation }) => (STATEFUL.has(operation) ? ['key'] : []),
  bind: ({ stage: id, operation, columns }: StageOptions, table, host) => {
    if (columns !== undefined) return bindColumns(`${id}`, columns)
    if (host.code !== undefined && !STATEFUL.has(operation)) {
      return watched(host.code, id, operation === 'key' ? 'key' : 'whole', table)
    }
    const output = operation === 'filter' ? table : operation === 'key' ? KEYED_ITEMS : ITEMS
    const apply = (): never => {
      throw new Error('The code of the job is not loaded')
    }
    return { outputs: [output], apply }
  },
  createOperator: ({ stage: id, operation }, host) =>
    STATEFUL.has(operation) ? createStatefulStage(host.code!, id) : undefined,
}

export const stagePlugin = stage as unknown as TransformPlugin
