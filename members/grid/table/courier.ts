import { EngineError } from '../../../runtime/errors/index.ts'
import type { Clock, Timer } from '../../../runtime/host/index.ts'
import { WireFault } from '../../wire/index.ts'

/** Sends what is pending, one message at a time, and again until it has arrived. */
export interface Courier {
  /** Something is pending: it goes at the end of this turn, with all that comes until then. */
  wake(): void
  close(): void
}

/** A pause after something did not arrive. */
const RETRY_MS = 100

/**
 * `send` takes what is pending and resolves when it has arrived; undefined when nothing is pending.
 * Where it fails it has put back what it took, and is called again after a pause.
 */
export const createCourier = (clock: Clock, send: () => Promise<void> | undefined): Courier => {
  let isSending = false
  let isDue = false
  let isClosed = false
  let retry: Timer | undefined

  const run = (): void => {
    isDue = false
    if (isClosed || isSending) return
    retry?.cancel()
    retry = undefined
    const sent = send()
    if (sent === undefined) return
    isSending = true
    sent.then(
      () => {
        isSending = false
        run()
      },
      (thrown: unknown) => {
        isSending = false
        // What the network or the other side does is no fault of ours.
        if (!(thrown instanceof EngineError) && !(thrown instanceof WireFault)) throw thrown
        if (!isClosed) retry = clock.timer(RETRY_MS, run)
      },
    )
  }
  return {
    wake: () => {
      if (isDue || isSending || isClosed) return
      isDue = true
      queueMicrotask(run)
    },
    close: () => {
      isClosed = true
      retry?.cancel()
    },
  }
}
