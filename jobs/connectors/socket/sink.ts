import { EngineError, messageOf } from '../../../runtime/errors/index.ts'
import type { Address, Connection } from '../../../runtime/host/index.ts'
import { rowText, type Batch } from '../../../runtime/rows/index.ts'
import type { ConnectorContext, SinkWriter } from '../contract.ts'
import { waitMs } from '../waiting.ts'

const DIAL_TIMEOUT_MS = 10_000
const RETRY_PAUSE_MS = 500
/** Lines are gathered to this before they are sent, unless the isolate lets events in earlier. */
const FLUSH_CHARACTERS = 1 << 16
/** Bytes that may wait here for the server before the job has to. */
const WAITING_BYTES_MAX = 1 << 20

/**
 * Sends each row as a line of JSON. A lost connection is made again and what was being sent is sent
 * again, so a row may come twice, and one that the server never read is lost. Throws CON-002 when
 * `maxRetries` new connections did not help; -1 tries without end.
 */
export const createSocketWriter = (
  address: Address,
  maxRetries: number,
  context: ConnectorContext,
): SinkWriter => {
  const encoder = new TextEncoder()
  let line: Line | null = null
  let lines = ''
  let isFlushing = false

  const send = async (bytes: Uint8Array): Promise<void> => {
    let retries = 0
    for (;;) {
      try {
        line ??= await openLine(context, address)
        await line.send(bytes)
        return
      } catch (error) {
        line = null
        if (context.signal.aborted) return
        if (maxRetries >= 0 && retries >= maxRetries) throw unreachable(address, retries, error)
        retries += 1
        context.log('warn', `${messageOf(error)}; trying again`)
        await waitMs(context.host.clock, RETRY_PAUSE_MS, context.signal)
      }
    }
  }

  const flush = (): void | Promise<void> => {
    if (lines === '') return
    const bytes = encoder.encode(lines)
    lines = ''
    if (line?.isFree !== true) return send(bytes)
    line.write(bytes)
  }
  /** What cannot go then goes with the next rows, or when there are none. */
  const flushSoon = async (): Promise<void> => {
    if (isFlushing) return
    isFlushing = true
    await context.host.clock.yield()
    isFlushing = false
    if (line?.isFree === true) void flush()
  }

  return {
    async open() {
      line = await openLine(context, address)
    },
    write(batch) {
      lines += jsonLines(batch)
      if (lines.length >= FLUSH_CHARACTERS) return flush()
      void flushSoon()
    },
    flush,
    async prepareCommit() {
      try {
        await line?.drained()
      } catch (error) {
        // What was queued is gone: only the rows since the last checkpoint, read again, bring it back.
        throw unreachable(address, 0, error)
      }
      return []
    },
    close() {
      line?.end()
      line = null
      return Promise.resolve()
    },
  }
}

const jsonLines = (batch: Batch): string => {
  let text = ''
  for (let row = 0; row < batch.rowCount; row += 1) text += `${rowText(batch, row)}\n`
  return text
}

const unreachable = ({ host, port }: Address, retries: number, cause: unknown): EngineError =>
  new EngineError(
    'CON-002',
    `Socket: the server ${host}:${port} cannot be reached after ${retries} retries: ` +
      messageOf(cause),
    { cause, retry: 'backoff' },
  )

/** An open connection of which one knows what still waits. */
interface Line {
  /** Nothing waits, and the connection stands. */
  readonly isFree: boolean
  /** Queues the bytes. */
  write(bytes: Uint8Array): void
  /** Queues the bytes; resolves when few enough wait, rejects when the connection is lost. */
  send(bytes: Uint8Array): Promise<void>
  /** Resolves when nothing waits any more. */
  drained(): Promise<void>
  end(): void
}

const openLine = async (context: ConnectorContext, address: Address): Promise<Line> => {
  const connection = await context.host.network.dial(address, DIAL_TIMEOUT_MS)
  return lineOf(connection, address)
}

const lineOf = (connection: Connection, { host, port }: Address): Line => {
  let waitingBytes = 0
  let lost: Error | null = null
  let wake = Promise.withResolvers<void>()

  connection.handle({
    onData: () => undefined,
    onDrain() {
      waitingBytes = 0
      wake.resolve()
    },
    onClose(error) {
      lost = error ?? new Error(`the server ${host}:${port} closed the connection`)
      wake.resolve()
    },
  })

  const write = (bytes: Uint8Array): void => {
    waitingBytes = connection.write(bytes)
  }

  const mustWait = (): boolean => waitingBytes > 0 && lost === null

  const drained = async (): Promise<void> => {
    while (mustWait()) {
      wake = Promise.withResolvers()
      await wake.promise
    }
    if (lost !== null) throw lost
  }

  return {
    get isFree() {
      return waitingBytes === 0 && lost === null
    },
    write,
    async send(bytes) {
      if (lost !== null) throw lost
      write(bytes)
      if (waitingBytes > WAITING_BYTES_MAX) await drained()
    },
    drained,
    end: () => connection.end(),
  }
}
