import type { PostgresConnection } from '../../../../runtime/host/index.ts'
import {
  ByteBuilder,
  canCopyBinary,
  textRows,
  writeBinaryHeader,
  writeBinaryRows,
  writeBinaryTrailer,
} from './copyEncoder.ts'
import type { WriteRows, WriteTable } from './dialect.ts'
import { quotePostgres } from './postgresCatalog.ts'

/** A COPY message is sent when it has this many bytes. */
const MESSAGE_BYTES = 1 << 18

/** COPY does what INSERT does, triggers and constraints included, at a fraction of the cost. */
export const copyWriter = (connection: PostgresConnection, table: WriteTable): WriteRows => {
  const names = table.columns.map((column) => quotePostgres(column.name)).join(', ')
  const isBinary = canCopyBinary(table.columns)
  const format = isBinary ? ' WITH (FORMAT binary)' : ''
  const statement = `COPY ${table.name} (${names}) FROM STDIN${format}`
  const builders = [new ByteBuilder(), new ByteBuilder()] as const
  return async (batches) => {
    const writer = connection.copyIn(statement)
    try {
      if (isBinary) await sendBinary(writer, builders, table, batches)
      else for (const rows of batches) await writer.write(textRows(table.columns, rows))
    } catch (error) {
      await writer.abort().catch(() => undefined)
      throw error
    }
    await writer.close()
  }
}

/** Fills one message while the other is on its way. */
const sendBinary = async (
  writer: { write(bytes: Uint8Array): Promise<void> },
  builders: readonly [ByteBuilder, ByteBuilder],
  table: WriteTable,
  batches: Parameters<WriteRows>[0],
): Promise<void> => {
  let turn: 0 | 1 = 0
  let underway: Promise<void> = Promise.resolve()
  const send = async (): Promise<void> => {
    await underway
    underway = writer.write(builders[turn].take())
    underway.catch(() => undefined)
    turn = turn === 0 ? 1 : 0
  }
  writeBinaryHeader(builders[turn])
  for (const rows of batches) {
    writeBinaryRows(builders[turn], table.columns, rows)
    if (builders[turn].length >= MESSAGE_BYTES) await send()
  }
  writeBinaryTrailer(builders[turn])
  await send()
  await underway
}
