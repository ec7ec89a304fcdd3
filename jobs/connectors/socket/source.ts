import { EngineError } from '../../../runtime/errors/index.ts'
import type { Address, Connection } from '../../../runtime/host/index.ts'
import {
  BATCH_ROWS,
  batchOf,
  column,
  Utf8Vector,
  type Batch,
  type TableSchema,
} from '../../../runtime/rows/index.ts'
import {
  ReadSignal,
  type ConnectorContext,
  type SourceReader,
  type Split,
  type SplitEnumerator,
} from '../contract.ts'

const DIAL_TIMEOUT_MS = 10_000
/** Characters that may wait here before the server has to. */
const WAITING_MAX = 1 << 20
const LINE_MAX = 16 << 20

/** One column, `value`, with a line a row. */
export const socketTable = (output: string | null | undefined): TableSchema => ({
  path: output ?? 'default',
  catalog: 'Socket',
  columns: [column('value', { kind: 'string' })],
})

/** A socket is read by one reader, whatever the parallelism. */
export const createSocketEnumerator = (): SplitEnumerator => {
  let pending: readonly Split[] = [{ id: 'socket' }]
  return {
    open: () => Promise.resolve(),
    next() {
      const [split] = pending
      pending = pending.slice(1)
      return split ?? null
    },
    giveBack(splits) {
      pending = [...pending, ...splits]
    },
    snapshot: () => ({ pending }),
    restore(state) {
      pending = (state as unknown as { readonly pending: readonly Split[] }).pending
    },
    splitCount: 1,
    close: () => Promise.resolve(),
  }
}

/**
 * Reads lines of UTF-8 until the server closes the connection: the end of a batch job, and CON-002
 * in a streaming one.
 */
export const createSocketReader = (
  address: Address,
  table: TableSchema,
  context: ConnectorContext,
): SourceReader => {
  let current: Split | null = null
  let connection: Connection | null = null
  let lines: string[] = []
  let takenCount = 0
  let waiting = 0
  let rest = ''
  let isClosed = false
  const decoder = new TextDecoder()

  const take = (text: string): void => {
    const parts = (rest + text).split('\n')
    rest = parts.pop()!
    for (const part of parts) lines.push(part.endsWith('\r') ? part.slice(0, -1) : part)
    waiting += text.length
    if (waiting > WAITING_MAX) connection?.pause()
  }

  const takeRest = (): void => {
    take(decoder.decode())
    if (rest !== '') lines.push(rest)
    rest = ''
  }

  const takeBatch = (): Batch => {
    const batch = lines.slice(takenCount, takenCount + BATCH_ROWS)
    takenCount += batch.length
    if (takenCount === lines.length) {
      lines = []
      takenCount = 0
      if (waiting > WAITING_MAX) connection?.resume()
      waiting = rest.length
    }
    return batchOf(table, [Utf8Vector.ofStrings(batch, null)], batch.length)
  }

  return {
    open: () => Promise.resolve(),
    async startSplit(split) {
      current = split
      connection = await context.host.network.dial(address, DIAL_TIMEOUT_MS)
      connection.handle({
        onData: (bytes) => take(decoder.decode(bytes, { stream: true })),
        onClose() {
          takeRest()
          isClosed = true
        },
      })
    },
    read() {
      if (rest.length > LINE_MAX) throw tooLong(address)
      if (lines.length > 0) return takeBatch()
      if (!isClosed) return ReadSignal.idle
      if (context.jobMode === 'STREAMING') throw closed(address)
      current = null
      return ReadSignal.splitDone
    },
    snapshot: () => current,
    close() {
      connection?.destroy()
      return Promise.resolve()
    },
  }
}

const closed = ({ host, port }: Address): EngineError =>
  new EngineError('CON-002', `Socket: the server ${host}:${port} closed the connection.`, {
    retry: 'reconnect',
  })

const tooLong = ({ host, port }: Address): EngineError =>
  new EngineError(
    'CON-002',
    `Socket: a line from ${host}:${port} has more than ${LINE_MAX} characters.`,
  )
