import type { ByteSink, ByteSource } from './bytes/index.ts'
import type { PartitionRow } from './table/index.ts'

const writeIds = (sink: ByteSink, ids: readonly string[]): void => {
  sink.u8(ids.length)
  for (const id of ids) sink.text(id)
}

const readIds = (source: ByteSource): string[] => {
  const ids: string[] = []
  for (let left = source.u8(); left > 0; left -= 1) ids.push(source.text())
  return ids
}

export const writeRow = (sink: ByteSink, row: PartitionRow): void => {
  const { version, replicas, next, lostVersions = [] } = row
  sink.f64(version)
  writeIds(sink, replicas)
  sink.flag(next !== undefined)
  if (next !== undefined) writeIds(sink, next)
  sink.u8(lostVersions.length)
  for (const lost of lostVersions) sink.f64(lost)
}

export const readRow = (source: ByteSource): PartitionRow => {
  const version = source.f64()
  const replicas = readIds(source)
  const next = source.flag() ? readIds(source) : undefined
  const lostVersions = Array.from({ length: source.u8() }, () => source.f64())
  return { version, replicas, next, ...(lostVersions.length > 0 && { lostVersions }) }
}
