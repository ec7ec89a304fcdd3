import type { Batch, TableSchema } from '../../../runtime/rows/index.ts'
import type { JsonValue } from '../../../runtime/config/index.ts'
import {
  ReadSignal,
  type ConnectorContext,
  type SourceReader,
  type Split,
  type SplitEnumerator,
} from '../contract.ts'
import { withPatience } from '../patience.ts'
import { readPage } from './documents.ts'
import { firstPage, nextPage, requestFor, type PagePlace } from './paging.ts'
import { sendRequest, statusError } from './request.ts'
import type { HttpSourceOptions } from './spec.ts'

/** A read that takes longer answers `idle`, so that barriers pass meanwhile. */
const READ_PATIENCE_MS = 200

/** The only split, with the page to ask for next; null when there is no further page. */
const splitAt = (place: PagePlace | null): Split => ({
  id: 'pages',
  place: place as JsonValue,
})

/** One split: each page tells whether there is another. */
export const createHttpEnumerator = (options: HttpSourceOptions): SplitEnumerator => {
  let pending: Split[] = [splitAt(firstPage(options))]
  return {
    open: async () => {},
    next: () => pending.shift() ?? null,
    giveBack: (splits) => {
      pending = [...splits, ...pending]
    },
    snapshot: () => pending,
    restore: (state) => {
      pending = [...(state as readonly Split[])]
    },
    splitCount: 1,
    close: async () => {},
  }
}

interface Fetched {
  readonly batch: Batch
  readonly next: PagePlace | null
}

/** Asks for page after page; in a streaming job it begins again after the last one. */
export const createHttpReader = (
  options: HttpSourceOptions,
  tables: readonly TableSchema[],
  context: ConnectorContext,
): SourceReader => {
  const table = tables[0]!
  const { clock } = context.host
  const isStreaming = context.jobMode === 'STREAMING'
  let isReading = false
  let place: PagePlace | null = null
  let underway: Promise<Fetched> | undefined
  let pausedUntilMs = 0

  const fetchPage = async (wanted: PagePlace): Promise<Fetched> => {
    const request = requestFor(wanted, options)
    const answer = await sendRequest(request, options, context)
    if (answer.status < 200 || answer.status > 207) throw statusError(request.url, answer)
    const page = readPage(answer.text, table, options, context)
    return { batch: page.batch, next: nextPage(wanted, page.sentRows, page.document, options) }
  }

  return {
    open: async () => {},
    startSplit: (split) => {
      isReading = true
      place = split['place'] as PagePlace | null
    },
    read: async () => {
      if (place === null) {
        if (!isStreaming) {
          isReading = false
          return ReadSignal.splitDone
        }
        if (clock.monotonic() < pausedUntilMs) return ReadSignal.idle
        place = firstPage(options)
      }
      underway ??= fetchPage(place)
      const fetched = await withPatience(clock, READ_PATIENCE_MS, underway)
      if (fetched === undefined) return ReadSignal.idle
      underway = undefined
      place = fetched.next
      if (place === null) {
        pausedUntilMs = clock.monotonic() + Math.max(options.poll_interval_millis, 0)
      }
      return fetched.batch.rowCount === 0 ? ReadSignal.idle : fetched.batch
    },
    snapshot: () => (isReading ? splitAt(place) : null),
    close: async () => {
      await underway?.catch(() => undefined)
    },
  }
}
