import { ExitCode } from '../exitCodes.ts'

export interface StopRequest {
  /** Resolves with the first SIGINT or SIGTERM. */
  readonly asked: Promise<'SIGINT' | 'SIGTERM'>
  release(): void
}

/**
 * The first SIGINT or SIGTERM asks the member to end, the second ends the process as it is, unless
 * `isHeld`: then whoever holds it counts them too, and ends the process when it is time.
 */
export const watchStop = (isHeld: () => boolean): StopRequest => {
  const asked = Promise.withResolvers<'SIGINT' | 'SIGTERM'>()
  let isAsked = false
  const on = (signal: 'SIGINT' | 'SIGTERM') => (): void => {
    if (isAsked && !isHeld()) {
      process.exit(signal === 'SIGTERM' ? ExitCode.terminated : ExitCode.interrupted)
    }
    isAsked = true
    asked.resolve(signal)
  }
  const onInterrupt = on('SIGINT')
  const onTerminate = on('SIGTERM')
  process.on('SIGINT', onInterrupt)
  process.on('SIGTERM', onTerminate)
  return {
    asked: asked.promise,
    release: () => {
      process.off('SIGINT', onInterrupt)
      process.off('SIGTERM', onTerminate)
    },
  }
}
