import { EngineError } from '../../../runtime/errors/index.ts'
import type { Member } from '../../member/index.ts'
import type { Hearing } from './hearing.ts'
import type { LeaderLoop } from './leaderLoop.ts'
import { letGo } from './leaving.ts'
import type { Recovery } from './recovery.ts'
import type { WholeCopies } from './wholeCopies.ts'
import {
  decodeFetch,
  decodeLeave,
  decodePublication,
  decodeReports,
  encodeTold,
  TABLE_KINDS,
} from './messages.ts'

const EMPTY = new Uint8Array(0)
const YES = new Uint8Array([1])
const NO = new Uint8Array([0])

const refusal = (reason: string): EngineError =>
  new EngineError('NET-006', reason, { retry: 'backoff' })

export interface ServingOptions {
  readonly member: Member
  readonly hearing: Hearing
  readonly whole: WholeCopies
  readonly loop: LeaderLoop
  readonly recovery: Recovery
  /** It knows what it has kept, and it is not closed. */
  readonly isOpen: () => boolean
}

/**
 * Answers what other members tell and ask. Refused is what comes from another master than that of
 * the view, and what is meant for a master elsewhere: the sender tries again.
 */
export const serveTable = (options: ServingOptions): void => {
  const { member, hearing, whole, loop, recovery, isOpen } = options
  const { messenger } = member
  const { copy } = hearing
  const fromMaster = (masterId: string, epoch: number): void => {
    const view = isOpen() ? member.view() : undefined
    if (view?.masterId === masterId && view.epoch === epoch) return
    throw refusal(`${masterId} is not the master of epoch ${epoch} here`)
  }
  const asMaster = (): void => {
    if (isOpen() && loop.state().phase !== 'following') return
    throw refusal('This member is not the master')
  }
  messenger.onRequest(TABLE_KINDS.publish, ({ body }) => {
    const publication = decodePublication(body, copy.partitionCount)
    fromMaster(publication.masterId, publication.status.epoch)
    hearing.receive(publication)
    return EMPTY
  })
  messenger.onRequest(TABLE_KINDS.fetch, ({ body }) => {
    const { masterId, epoch } = decodeFetch(body)
    fromMaster(masterId, epoch)
    copy.promise(epoch)
    return encodeTold(copy.rows(), {
      whole: whole.all(),
      copies: recovery.copies(),
      expected: recovery.expected(),
    })
  })
  messenger.onRequest(TABLE_KINDS.report, ({ body }) => {
    const reports = decodeReports(body)
    asMaster()
    loop.dispatch({ kind: 'reports', ...reports })
    return EMPTY
  })
  messenger.onRequest(TABLE_KINDS.leave, ({ body }) => {
    const memberId = decodeLeave(body)
    asMaster()
    return letGo(loop, member, memberId) ? YES : NO
  })
}
