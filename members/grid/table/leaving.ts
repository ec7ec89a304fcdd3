import { EngineError } from '../../../runtime/errors/index.ts'
import type { Host, Timer } from '../../../runtime/host/index.ts'
import type { Member } from '../../member/index.ts'
import { isAgreedOn } from '../../membership/index.ts'
import { mayLeave } from './leader/index.ts'
import type { LeaderLoop } from './leaderLoop.ts'
import { encodeLeave, TABLE_KINDS } from './messages.ts'

const ANSWER_MS = 5000
const ASK_AGAIN_MS = 50

/** How this member gives away all that it owns. */
export interface Leaving {
  /** Resolves when the active master says that this member may go. */
  leave(): Promise<void>
  close(): void
}

export interface LeavingOptions {
  readonly host: Host
  readonly member: Member
  /** How the active master asks itself; tells whether it may go. */
  readonly askOwn: (memberId: string) => boolean
}

/**
 * How the active master answers a member that leaves: it may go when it holds nothing that others
 * need, and when the masters that stay can be a majority without it.
 */
export const letGo = (loop: LeaderLoop, member: Member, memberId: string): boolean => {
  loop.dispatch({ kind: 'leave', memberId })
  const view = member.view()
  return view !== undefined && isAgreedOn(view) && mayLeave(loop.state(), memberId)
}

export const createLeaving = ({ host, member, askOwn }: LeavingOptions): Leaving => {
  let isClosed = false
  let pause: { readonly timer: Timer; readonly end: () => void } | undefined
  let leaving: Promise<void> | undefined

  const ask = async (): Promise<boolean> => {
    const { self } = member
    if (self.role === 'worker') return true
    const master = member.activeMaster()
    if (master === undefined) return false
    if (master.id === self.id) return askOwn(self.id)
    try {
      const body = encodeLeave(self.id)
      const options = { timeoutMs: ANSWER_MS }
      const answer = await member.messenger.request(
        master.address,
        TABLE_KINDS.leave,
        body,
        options,
      )
      return answer[0] === 1
    } catch (thrown) {
      // Asked again below: the master may be another one by then.
      if (thrown instanceof EngineError) return false
      throw thrown
    }
  }
  const waitABit = (): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>()
    pause = { timer: host.clock.timer(ASK_AGAIN_MS, resolve), end: resolve }
    return promise
  }
  const run = async (): Promise<void> => {
    for (;;) {
      if (await ask()) return
      if (isClosed) return
      await waitABit()
    }
  }
  return {
    leave: () => (leaving ??= run()),
    close: () => {
      isClosed = true
      pause?.timer.cancel()
      pause?.end()
    },
  }
}
