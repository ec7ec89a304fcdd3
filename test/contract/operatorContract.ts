import { describe, expect, test } from 'bun:test'
import type { Operator, Outbox } from '../../runtime/operators/index.ts'
import { rowText, selectRows, type Batch } from '../../runtime/rows/index.ts'
import { entriesOf } from './snapshots.ts'

export interface OperatorCase {
  readonly name: string
  /** A new instance, without state. */
  readonly create: () => Operator
  readonly input: readonly Batch[]
  /** Every row that must come out, as `rowText` writes it, in order. */
  readonly expected: readonly string[]
  /** Whether the order between rows matters; state that is restored may come in another order. */
  readonly ordered?: boolean
}

/** Takes rows; refuses every second offer when it is `reluctant`, as an outbox of one does. */
class TestOutbox implements Outbox {
  readonly rows: string[] = []
  readonly #reluctant: boolean
  #offers = 0
  #refused: Batch | null = null

  constructor(reluctant: boolean) {
    this.#reluctant = reluctant
  }

  offer(batch: Batch): boolean {
    if (this.#refused !== null) expect(batch).toBe(this.#refused)
    this.#offers += 1
    if (this.#reluctant && this.#offers % 2 === 1) {
      this.#refused = batch
      return false
    }
    this.#refused = null
    for (let row = 0; row < batch.rowCount; row += 1) this.rows.push(rowText(batch, row))
    return true
  }
}

interface Mode {
  readonly oneByOne: boolean
  readonly reluctant: boolean
  /**
   * Saves after every batch and goes on in a new instance; `slowly`: the next batch changes the
   * state while it is being saved, and comes again in the new instance.
   */
  readonly restoring: 'never' | 'at once' | 'slowly'
}

const modes: Mode[] = [false, true].flatMap((oneByOne) =>
  [false, true].flatMap((reluctant) =>
    (['never', 'at once', 'slowly'] as const).map((restoring) => ({
      oneByOne,
      reluctant,
      restoring,
    })),
  ),
)

const callsMax = 10_000

const untilTrue = (call: () => boolean): void => {
  for (let count = 0; count < callsMax; count += 1) if (call()) return
  throw new Error('The operator makes no progress')
}

const singleRows = (batch: Batch): Batch[] =>
  Array.from({ length: batch.rowCount }, (_, row) =>
    batch.rowCount === 1 ? batch : selectRows(batch, Int32Array.of(row), 1),
  )

const run = ({ create, input }: OperatorCase, mode: Mode): string[] => {
  const outbox = new TestOutbox(mode.reluctant)
  let operator = create()
  const step = (
    work: (current: Operator) => boolean,
    meanwhile: (current: Operator) => void,
  ): void => {
    untilTrue(() => work(operator))
    if (mode.restoring === 'never' || operator.snapshot === undefined) return
    const entries = entriesOf(operator, () => {
      if (mode.restoring === 'slowly') meanwhile(operator)
    })
    operator.close?.()
    operator = create()
    operator.restore?.(entries)
  }
  const batches = mode.oneByOne ? input.flatMap(singleRows) : input
  for (const [index, batch] of batches.entries()) {
    const next = batches[index + 1]
    step(
      (current) => current.process(0, batch, outbox),
      (current) => {
        if (next !== undefined) current.process(0, next, new TestOutbox(false))
      },
    )
  }
  operator.inputEnded?.(0)
  untilTrue(() => operator.complete?.(outbox) ?? true)
  operator.close?.()
  return outbox.rows
}

/**
 * What every operator keeps, after Jet's own test of processors: whether rows come one by one or all
 * at once, whether the outbox refuses every second offer, and whether the state is saved and brought
 * back into a new instance after every step, also while rows go on, the same rows come out.
 */
export const operatorContract = (operatorCase: OperatorCase): void => {
  const sorted = (rows: readonly string[]): readonly string[] =>
    operatorCase.ordered === false ? [...rows].sort() : rows
  describe(`${operatorCase.name} keeps the operator contract`, () => {
    for (const mode of modes) {
      test(JSON.stringify(mode), () => {
        expect(sorted(run(operatorCase, mode))).toEqual(sorted(operatorCase.expected))
      })
    }
  })
}
