import type { Operator } from '../../../runtime/operators/index.ts'
import type { DataType, Value } from '../../../runtime/rows/index.ts'
import { StatefulMap, type StatefulStep } from '../../../runtime/stateful/index.ts'
import type { StageNode } from '../../pipeline/index.ts'
import { codeFailed, type JobCode } from '../jobCode.ts'
import { ITEMS } from '../items.ts'

const ANY: DataType = { kind: 'any' }
const NO_ROWS: StatefulStep['rows'] = []

/** What a stage does with the state of a key; it answers what comes out, if anything. */
interface Keeping {
  create(): unknown
  /** The state after the item, and what follows from it; null or undefined for nothing. */
  step(state: unknown, key: unknown, item: unknown): readonly [state: unknown, out: unknown]
}

const keepingOf = (node: StageNode): Keeping => {
  switch (node.kind) {
    case 'mapStateful': {
      const apply = node.apply as (state: unknown, key: unknown, item: unknown) => unknown
      return {
        create: node.create,
        step: (state, key, item) => [state, apply(state, key, item)],
      }
    }
    case 'rollingAggregate': {
      const accumulate = node.aggregate.accumulate as (state: unknown, item: unknown) => unknown
      const { create, finish } = node.aggregate
      return {
        create,
        step: (state, key, item) => {
          const next = accumulate(state, item)
          return [next, [key, finish(next)]]
        },
      }
    }
    default:
      throw new Error(`The stage ${node.name} keeps no state`)
  }
}

/** The operator of a stage with a state for each key, over batches of `KEYED_ITEMS`. */
export const createStatefulStage = (code: JobCode, stageId: number): Operator => {
  const node = code.stage(stageId)
  const keeping = keepingOf(node)
  const operator: Operator = new StatefulMap({
    keyColumns: [0],
    keyType: ANY,
    stateType: ANY,
    initialState: () => keeping.create() as Value,
    output: ITEMS,
    step: (state, [key, item]) => {
      try {
        const [next, out] = keeping.step(state, key, item)
        const rows = out === null || out === undefined ? NO_ROWS : [[out as Value]]
        return { state: next as Value, rows }
      } catch (thrown) {
        throw codeFailed(`The stage ${node.name}`, thrown)
      }
    },
  })
  return {
    process: (...given) => code.run(stageId, () => operator.process(...given)),
    snapshot: (writer) => operator.snapshot!(writer),
    restore: (entries) => operator.restore!(entries),
  }
}
