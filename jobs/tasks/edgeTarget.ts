import type { EdgeWriter } from '../../runtime/exchange/index.ts'
import type { Control, Target } from '../../runtime/isolate/index.ts'
import type { Batch } from '../../runtime/rows/index.ts'

/** The sending end of an edge as a target with one input. */
export class EdgeTarget implements Target {
  readonly #writer: EdgeWriter

  constructor(writer: EdgeWriter) {
    this.#writer = writer
  }

  acceptBatch(_input: number, batch: Batch): boolean {
    return this.#writer.offerBatch(batch)
  }

  acceptControl(_input: number, control: Control): boolean {
    return this.#writer.offerControl(control)
  }
}
