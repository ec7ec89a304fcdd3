import { ExitCode } from '../exitCodes.ts'

export interface StopRequest {
  /** Resolves with what asked first. */
  readonly asked: Promise<'SIGINT' | 'SIGTERM' | 'end of stdin'>
  release(): void
}

/**
 * The first SIGINT or SIGTERM asks the member to end, the second ends the process as it is, unless
 * `isHeld`: then whoever holds it counts them too, and ends the process when it is time. With
 * `isAttached` the end of stdin asks as well.
 */
export const watchStop = (isHeld: () => boolean, isAttached: boolean): StopRequest => {
  const asked = Promise.withResolvers<Awaited<StopRequest['asked']>>()
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
  if (isAttached) {
    process.stdin.on('end', () => asked.resolve('end of stdin'))
    process.stdin.resume()
  }
  return {
    asked: asked.promise,
    release: () => {
      process.off('SIGINT', onInterrupt)
      process.off('SIGTERM', onTerminate)
      if (isAttached) process.stdin.pause()
    },
  }
}
