import type { RowSink } from '../../runtime/isolate/index.ts'
import type { Batch } from '../../runtime/rows/index.ts'
import type { SinkWriter } from '../connectors/index.ts'
import type { SinkState } from './messages.ts'

/** A connector's writer as the engine drives it. */
export const writerSink = (writer: SinkWriter): RowSink => ({
  write: (batch: Batch) => writer.write(batch),
  flush: () => writer.flush?.(),
  prepare: async (checkpointId: number): Promise<SinkState> => {
    await writer.flush?.()
    const infos = await writer.prepareCommit(checkpointId)
    return { infos, writer: writer.snapshot?.(checkpointId) ?? [] }
  },
})
