import type { Operator, Outbox } from '../../runtime/operators/index.ts'
import type { Batch, TableSchema } from '../../runtime/rows/index.ts'
import type {
  BoundTransform,
  CountSkipped,
  RejectRow,
  TransformHost,
  TransformPlugin,
} from '../transforms/index.ts'
import type { Vertex } from '../plan/index.ts'

/** A transform as an operator: binds each table once and keeps refused batches. */
export class TransformOperator implements Operator {
  readonly #plugin: TransformPlugin
  readonly #vertex: Vertex
  readonly #host: TransformHost
  readonly #reject: RejectRow
  readonly #countSkipped: CountSkipped
  readonly #bound = new Map<TableSchema, BoundTransform>()
  readonly #pending: Batch[] = []
  #applied = false
  #taken = 0

  constructor(
    plugin: TransformPlugin,
    vertex: Vertex,
    host: TransformHost,
    failures: { readonly reject: RejectRow; readonly countSkipped: CountSkipped },
  ) {
    this.#plugin = plugin
    this.#vertex = vertex
    this.#host = host
    this.#reject = failures.reject
    this.#countSkipped = failures.countSkipped
  }

  process(_input: number, batch: Batch, outbox: Outbox): boolean {
    if (!this.#applied) {
      this.#bind(batch.table).apply(batch, this.#keep, this.#reject, this.#countSkipped)
      this.#applied = true
    }
    while (this.#taken < this.#pending.length) {
      if (!outbox.offer(this.#pending[this.#taken]!)) return false
      this.#taken += 1
    }
    this.#pending.length = 0
    this.#taken = 0
    this.#applied = false
    return true
  }

  readonly #keep = (batch: Batch): void => {
    if (batch.rowCount > 0) this.#pending.push(batch)
  }

  #bind(table: TableSchema): BoundTransform {
    let bound = this.#bound.get(table)
    if (bound === undefined) {
      bound = this.#plugin.bind(this.#vertex.options as never, table, this.#host)
      this.#bound.set(table, bound)
    }
    return bound
  }
}
