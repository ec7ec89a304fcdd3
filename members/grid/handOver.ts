import type { Host, Timer } from '../../runtime/host/index.ts'
import type { Member } from '../member/index.ts'

/** A side of a split without the majority moves nothing; who waits longer there waits for people. */
const HOPELESS_MS = 5000
const LOOK_MS = 500

/**
 * Waits until `leave` has given away what this member holds. False where the member has lost the
 * majority of the masters meanwhile, for so long that there is no use to wait for more.
 */
export const handOver = async (
  { clock }: Host,
  member: Member,
  leave: () => Promise<void>,
): Promise<boolean> => {
  const hopeless = Promise.withResolvers<boolean>()
  let timer: Timer | undefined
  let unsafeSinceMs: number | undefined
  const look = (): void => {
    const nowMs = clock.monotonic()
    unsafeSinceMs = member.isSafe() ? undefined : (unsafeSinceMs ?? nowMs)
    if (unsafeSinceMs !== undefined && nowMs - unsafeSinceMs >= HOPELESS_MS) hopeless.resolve(false)
    else timer = clock.timer(LOOK_MS, look)
  }
  look()
  try {
    return await Promise.race([leave().then(() => true), hopeless.promise])
  } finally {
    timer?.cancel()
  }
}
