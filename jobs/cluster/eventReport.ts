import { messageOf } from '../../runtime/errors/index.ts'
import type { Host, Timer } from '../../runtime/host/index.ts'
import type { JobEvent } from './answers.ts'

/** As many as wait to be told; the oldest go when the receiver does not take them. */
const WAITING_MAX = 2_000
const INTERVAL_MS = 1_000
const TIMEOUT_MS = 10_000

/** `event-report-http` of the engine. */
export interface EventReportSettings {
  readonly url: string
  readonly headers: { readonly [name: string]: string }
}

export interface EventReport {
  add(event: JobEvent): void
  close(): void
}

/** Posts events as JSON arrays, in their order, about once a second; `onFailure` hears what fails. */
export const startEventReport = (
  host: Host,
  { url, headers }: EventReportSettings,
  onFailure: (message: string) => void,
): EventReport => {
  let waiting: JobEvent[] = []
  let timer: Timer | undefined
  let isClosed = false

  const post = async (): Promise<void> => {
    const events = waiting
    waiting = []
    try {
      const response = await host.http.fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(events),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      })
      await response.body?.cancel()
      if (!response.ok) throw new Error(`it answered ${response.status}`)
    } catch (thrown) {
      onFailure(`Events were not reported to ${new URL(url).host}: ${messageOf(thrown)}`)
      waiting = [...events, ...waiting].slice(-WAITING_MAX)
    }
  }
  const plan = (): void => {
    timer ??= host.clock.timer(INTERVAL_MS, () => {
      void post().then(() => {
        timer = undefined
        if (waiting.length > 0 && !isClosed) plan()
      })
    })
  }
  return {
    add: (event) => {
      waiting.push(event)
      if (waiting.length > WAITING_MAX) waiting.shift()
      if (!isClosed) plan()
    },
    close: () => {
      isClosed = true
      timer?.cancel()
    },
  }
}
