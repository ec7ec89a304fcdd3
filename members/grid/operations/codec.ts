import { isErrorCode } from '../../../runtime/codes/index.ts'
import { EngineError } from '../../../runtime/errors/index.ts'
import type { ByteSink, ByteSource } from '../bytes/index.ts'
import type { PartitionRow } from '../table/index.ts'
import type { Invocation } from './invoker.ts'
import { readRow, writeRow } from '../rowCodec.ts'

/** How a call ended: the first byte of its answer. */
export const OUTCOMES = {
  /** The result follows. */
  done: 0,
  /** The structure refused: code and sentence follow. */
  refused: 1,
  /** It has not run: this member does not serve the partition now; its row follows if known. */
  notHere: 2,
  /** It has not run: this side of a split must not answer. */
  unsafe: 3,
  /** It has not run: too much waits here. */
  busy: 4,
  /** It may have run: this member lost the partition before all backups had it. */
  inDoubt: 5,
} as const

export type Outcome = (typeof OUTCOMES)[keyof typeof OUTCOMES]

/** The heads of answers, by outcome. */
export const HEADS: readonly Uint8Array[] = Object.values(OUTCOMES).map((outcome) =>
  Uint8Array.of(outcome),
)

/** What a call is for; the arguments follow, up to the end. */
export const writeCall = (sink: ByteSink, invocation: Invocation): void => {
  sink.u8(invocation.serviceId)
  sink.u8(invocation.operation)
  sink.u16(invocation.partition)
  sink.text(invocation.name)
  sink.raw(invocation.arguments)
}

export const writeRefusal = (sink: ByteSink, { code, message, retry }: EngineError): void => {
  sink.text(code)
  sink.text(message)
  sink.flag(retry === 'backoff')
}

export const readRefusal = (source: ByteSource): EngineError => {
  const code = source.text()
  const message = source.text()
  const retry = source.flag() ? 'backoff' : 'never'
  return new EngineError(isErrorCode(code) ? code : 'NET-006', message, { retry })
}

export const writeNotHere = (
  sink: ByteSink,
  partition: number,
  row: PartitionRow | undefined,
): void => {
  sink.u16(partition)
  sink.flag(row !== undefined)
  if (row !== undefined) writeRow(sink, row)
}

export const readNotHere = (
  source: ByteSource,
): { readonly partition: number; readonly row: PartitionRow | undefined } => {
  const partition = source.u16()
  return { partition, row: source.flag() ? readRow(source) : undefined }
}
