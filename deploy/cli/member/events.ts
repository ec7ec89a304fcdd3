import type { MemberGrid } from '../../../members/grid/index.ts'
import type { Member, MemberEvent } from '../../../members/member/index.ts'
import type { Host } from '../../../runtime/host/index.ts'
import type { Log } from './log.ts'

type MemberRecord = Member['self']

/** A member in the words of the log. */
export const describeMember = ({ id, address, role }: MemberRecord): string =>
  `${role} ${address.host}:${address.port} (${id})`

/** Strangers can knock as often as they like: one line for so long, with the number of them. */
const REFUSALS_QUIET_MS = 5000

const refusalLog = ({ clock }: Host, log: Log) => {
  let quietUntilMs = -Infinity
  let unsaid = 0
  return ({ address, reason }: Extract<MemberEvent, { kind: 'refused' }>): void => {
    const nowMs = clock.monotonic()
    if (nowMs < quietUntilMs) {
      unsaid += 1
      return
    }
    const more = unsaid === 0 ? '' : ` (and ${unsaid} more since the last of these lines)`
    log('warn', `refused ${address.host}:${address.port}: ${reason.code} ${reason.message}${more}`)
    quietUntilMs = nowMs + REFUSALS_QUIET_MS
    unsaid = 0
  }
}

/** One line for everybody who came or went, and for a new active master. */
const changeLog = (member: Member, log: Log): (() => void) => {
  const recordsOf = (): Map<string, MemberRecord> =>
    new Map(member.members().map((record) => [record.id, record]))
  let known = recordsOf()
  let masterId = member.activeMaster()?.id
  return () => {
    const now = recordsOf()
    for (const [id, record] of now) {
      if (!known.has(id)) log('info', `joined: ${describeMember(record)}`)
    }
    for (const [id, record] of known) {
      if (!now.has(id)) log('warn', `gone: ${describeMember(record)}`)
    }
    const master = member.activeMaster()
    if (master !== undefined && master.id !== masterId) {
      log('info', `active master: ${describeMember(master)}`)
    }
    known = now
    masterId = master?.id
  }
}

/** Writes down how data of a cluster that was given up becomes part of this one. */
export const logMerges = (grid: Pick<MemberGrid, 'onMerge'>, log: Log): void => {
  grid.onMerge((event) => {
    switch (event.kind) {
      case 'merging':
        log('info', `merging ${event.entries} entries in ${event.fragments} fragments`)
        return
      case 'merged':
        log('info', `merged ${event.entries} entries, of which ${event.taken} were taken`)
        return
      case 'failed':
        log('error', `the ${event.service} ${event.name} was not merged whole: ${event.reason}`)
        return
      default:
        event satisfies never
    }
  })
}

/** Writes down what happens to the cluster. */
export const logEvents = (host: Host, member: Member, log: Log): void => {
  const onChanged = changeLog(member, log)
  const onRefused = refusalLog(host, log)
  member.onEvent((event) => {
    switch (event.kind) {
      case 'changed':
        onChanged()
        if (event.mergedFrom !== undefined) log('info', `merged from cluster ${event.mergedFrom}`)
        return
      case 'merging':
        log('warn', `this cluster gives way to ${event.into.clusterId}`)
        return
      case 'reset':
        log('warn', `out of the cluster, joining anew: ${event.reason}`)
        return
      case 'refused':
        onRefused(event)
        return
      default:
        event satisfies never
    }
  })
}
