import type { MemberGrid } from '../../../members/grid/index.ts'
import type { Member } from '../../../members/member/index.ts'
import type { Host } from '../../../runtime/host/index.ts'
import type { Log } from './log.ts'
import type { MemberJobs } from './memberJobs.ts'

/** A member that cannot say goodbye in this time goes without; the others notice. */
const LEAVE_TIMEOUT_MS = 10_000

export interface Leaving {
  readonly member: Member
  readonly grid: MemberGrid
  readonly jobs: MemberJobs
  readonly handOverMs: number
  readonly log: Log
}

/** What `work` resolves with, or undefined when it takes longer. */
const within = async <T>(
  { clock }: Host,
  work: Promise<T>,
  timeoutMs: number,
): Promise<T | undefined> => {
  const late = Promise.withResolvers<undefined>()
  const timer = clock.timer(timeoutMs, () => late.resolve(undefined))
  try {
    return await Promise.race([work, late.promise])
  } finally {
    timer.cancel()
  }
}

/**
 * First all that this member holds goes to the others, while its tasks still run; then its tasks end,
 * and the member itself goes: what they did goes on elsewhere at once.
 */
export const leave = async (
  host: Host,
  { member, grid, jobs, handOverMs, log }: Leaving,
): Promise<void> => {
  jobs.stopCoordinating()
  const isHandedOver = await within(host, grid.handOver(), handOverMs)
  if (isHandedOver !== true) {
    const why =
      isHandedOver === false ? 'without a majority of the masters' : `within ${handOverMs} ms`
    log('warn', `what this member holds was not handed over ${why}; the others have the backups`)
  }
  await jobs.close()
  await grid.stop()
  const hasLeft = await within(
    host,
    member.leave().then(() => true),
    LEAVE_TIMEOUT_MS,
  )
  if (hasLeft === true) return
  log('warn', `the cluster did not let go within ${LEAVE_TIMEOUT_MS} ms; leaving as it is`)
}

/** Many partitions are lost at once or none: one line for those of a moment. */
const GATHER_MS = 100

/** Writes down which partitions have lost what they held. */
export const logLost = ({ clock }: Host, grid: MemberGrid, log: Log): void => {
  let count = 0
  grid.onPartitionLost(() => {
    count += 1
    if (count > 1) return
    clock.timer(GATHER_MS, () => {
      log('error', `${count} partitions are lost: all members with a copy of them are gone`)
      count = 0
    })
  })
}
