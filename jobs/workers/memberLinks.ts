import { EngineError } from '../../runtime/errors/index.ts'
import type { Host } from '../../runtime/host/index.ts'
import type { Member } from '../../members/member/index.ts'
import { MemberLink } from './memberLink.ts'
import { unpack } from './packing.ts'
import type { ExecutionId, HostLink, HostLinkEvents, TaskHosts } from './protocol.ts'
import type { TaskHost } from './taskHost.ts'
import { JOB_KINDS, type ReportsHeader } from './wire.ts'

/** How often it is tried to end tasks on a worker that could not be reached, in milliseconds. */
const endRetryMs = 1000

const nothing: HostLink = { send: () => undefined, close: () => undefined }

/** The way of a coordinator on this member to the task hosts of all members, its own among them. */
export class MemberLinks implements TaskHosts {
  readonly #host: Host
  readonly #member: Member
  readonly #own: TaskHost
  /** By member and term: a new term has links of its own. */
  readonly #links = new Map<string, MemberLink>()
  readonly #byLinkId = new Map<string, MemberLink>()
  #isClosed = false

  constructor(host: Host, member: Member, own: TaskHost) {
    this.#host = host
    this.#member = member
    this.#own = own
    member.messenger.onStream(JOB_KINDS.reports, (stream) => {
      const { linkId } = unpack(stream.header) as ReportsHeader
      const link = this.#byLinkId.get(linkId)
      if (link !== undefined) return link.takeReports(stream)
      // A link that was given up meanwhile.
      queueMicrotask(() => stream.cancel('Nobody waits for these reports'))
      return { onData: () => undefined, onEnd: () => undefined, onAbort: () => undefined }
    })
  }

  nameOf(member: string): string {
    const record = this.#member.members().find(({ id }) => id === member)
    return record === undefined ? member : `${record.address.host}:${record.address.port}`
  }

  open(member: string, execution: ExecutionId, events: HostLinkEvents): HostLink {
    const epoch = this.#member.epoch()
    if (member === this.#member.self.id) return this.#own.open(execution, { epoch, member }, events)
    const record = this.#member.members().find(({ id }) => id === member)
    if (record === undefined || this.#isClosed) {
      queueMicrotask(() => events.onLost(gone()))
      return nothing
    }
    const key = `${member} ${epoch}`
    const known = this.#links.get(key)
    if (known !== undefined) return known.open(execution, events)
    const linkId = this.#host.random.uuid()
    const link = new MemberLink({
      messenger: this.#member.messenger,
      address: record.address,
      header: { linkId, to: member, epoch },
      onLost: () => {
        this.#links.delete(key)
        this.#byLinkId.delete(linkId)
      },
    })
    this.#links.set(key, link)
    this.#byLinkId.set(linkId, link)
    return link.open(execution, events)
  }

  endLater(member: string, execution: ExecutionId): void {
    const epoch = this.#member.epoch()
    const isOver = (): boolean =>
      this.#isClosed ||
      this.#member.epoch() !== epoch ||
      this.#member.members().every(({ id }) => id !== member)
    const attempt = (): void => {
      if (isOver()) return
      const link = this.open(member, execution, {
        onReport: (report) => {
          if (report.kind === 'ended') link.close()
        },
        onLost: () => void this.#host.clock.timer(endRetryMs, attempt),
      })
      link.send({ kind: 'end', abort: true })
    }
    attempt()
  }

  /**
   * The list of members or the master has changed: who is not there any more is lost at once, and
   * links of an earlier term that lead nowhere are closed.
   */
  viewChanged(): void {
    const present = new Set(this.#member.members().map(({ id }) => id))
    for (const [key, link] of this.#links) {
      const [member, epoch] = key.split(' ')
      const isOver = Number(epoch) !== this.#member.epoch() && link.isIdle
      if (isOver || !present.has(member!)) link.lose(gone())
    }
  }

  close(): void {
    this.#isClosed = true
    for (const link of this.#links.values()) {
      link.lose(new EngineError('NET-005', 'This member is closing.'))
    }
  }
}

const gone = (): EngineError => new EngineError('NET-005', 'It is not in the cluster any more.')
