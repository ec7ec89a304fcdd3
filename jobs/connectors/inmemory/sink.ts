import { EngineError } from '../../../runtime/errors/index.ts'
import type { TableSchema } from '../../../runtime/rows/index.ts'
import type { OptionsOf } from '../../options/index.ts'
import type { ConnectorContext, SinkCommitter, SinkWriter } from '../contract.ts'
import { fillPlaceholders } from '../placeholders.ts'
import { untilCancelled, waitMs } from '../waiting.ts'
import type { IN_MEMORY_OPTIONS } from './spec.ts'

type InMemoryOptions = OptionsOf<typeof IN_MEMORY_OPTIONS>

const FAILING_CHECKPOINT_MS = 4_000
const SLOW_CHECKPOINT_MS = 5_000

const asked = (message: string): EngineError => new EngineError('CON-001', `InMemory: ${message}.`)

/**
 * Throws CON-001 when `assert_options_key`, with the placeholders of the table filled in, is not
 * `assert_options_value`.
 */
export const checkAssertedOptions = (options: InMemoryOptions, table: TableSchema): void => {
  const { assert_options_key: written, assert_options_value: value } = options
  if (written === undefined) return
  const key = fillPlaceholders(written, table)
  if (key === value) return
  throw asked(`assert_options_key "${key}" is not assert_options_value "${value ?? ''}"`)
}

/** Drops the rows, and fails or waits where its options say so. */
export const createInMemoryWriter = (
  options: InMemoryOptions,
  context: ConnectorContext,
): SinkWriter => {
  const { clock } = context.host
  const messages = options.throw_runtime_exception_list ?? []
  let writeCount = 0

  return {
    open: () => Promise.resolve(),
    write() {
      if (options.throw_out_of_memory) throw asked('out of memory')
      const message = messages[Math.min(writeCount, messages.length - 1)]
      writeCount += 1
      if (message !== undefined) throw asked(message)
      return options.writer_sleep ? untilCancelled(context.signal) : undefined
    },
    async prepareCommit(checkpointId) {
      if (options.throw_exception) {
        await waitMs(clock, FAILING_CHECKPOINT_MS, context.signal)
        throw asked('write failed')
      }
      if (options.checkpoint_sleep) await waitMs(clock, SLOW_CHECKPOINT_MS, context.signal)
      return [{ checkpointId, instance: context.instance }]
    },
    close: () => Promise.resolve(),
  }
}

export const createInMemoryCommitter = (options: InMemoryOptions): SinkCommitter => ({
  commit() {
    return options.throw_exception_of_committer
      ? Promise.reject(asked('commit failed'))
      : Promise.resolve()
  },
  abort: () => Promise.resolve(),
  close: () => Promise.resolve(),
})
