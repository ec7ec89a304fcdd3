import type { Address, Host } from '../../../runtime/host/index.ts'
import type { Member } from '../../member/index.ts'
import { createCourier } from './courier.ts'
import type { PartitionVersion } from './leader/index.ts'
import { encodeReports, type Reports, TABLE_KINDS } from './messages.ts'

const ANSWER_MS = 5000

/** What there is to say of a row that this member leads. */
interface Report {
  readonly version: number
  readonly isInSync: boolean
  readonly isFrozen: boolean
}

/** What this member has to say, and what of it the master has not heard. */
interface Unheard {
  add(partition: number, version: number, change: Partial<Report>): void
  needReplicas(replicas: number): void
  forget(partition: number): void
  repeat(): void
  clear(): void
  isEmpty(): boolean
  /** All that is unheard, as if it were heard now. */
  take(memberId: string): Reports
  /** It was not heard. */
  putBack(reports: Reports): void
}

const createUnheard = (): Unheard => {
  const reports = new Map<number, Report>()
  const pending = new Set<number>()
  let replicas = 0
  let isNeedPending = false
  return {
    add: (partition, version, change) => {
      const known = reports.get(partition)
      const before =
        known?.version === version ? known : { version, isInSync: false, isFrozen: false }
      reports.set(partition, { ...before, ...change })
      pending.add(partition)
    },
    needReplicas: (needed) => {
      if (needed <= replicas) return
      replicas = needed
      isNeedPending = true
    },
    forget: (partition) => {
      reports.delete(partition)
      pending.delete(partition)
    },
    repeat: () => {
      for (const partition of reports.keys()) pending.add(partition)
      isNeedPending = replicas > 0
    },
    clear: () => {
      reports.clear()
      pending.clear()
    },
    isEmpty: () => pending.size === 0 && !isNeedPending,
    take: (memberId) => {
      const inSync: PartitionVersion[] = []
      const frozen: PartitionVersion[] = []
      for (const partition of pending) {
        const { version, isInSync, isFrozen } = reports.get(partition)!
        if (isInSync) inSync.push([partition, version])
        if (isFrozen) frozen.push([partition, version])
      }
      pending.clear()
      isNeedPending = false
      return { memberId, inSync, frozen, replicas }
    },
    putBack: ({ inSync, frozen }) => {
      for (const [partition, version] of [...inSync, ...frozen]) {
        if (reports.get(partition)?.version === version) pending.add(partition)
      }
      isNeedPending = replicas > 0
    },
  }
}

/** Tells the active master how the rows of this primary are, until it has heard it. */
export interface Reporter {
  inSync(partition: number, version: number): void
  frozen(partition: number, version: number): void
  needReplicas(replicas: number): void
  /** The row has another version: what was said of the one before is over. */
  forget(partition: number): void
  /** There is a new master, who has heard nothing. */
  repeat(): void
  /** This member joins anew. */
  clear(): void
  close(): void
}

export interface ReporterOptions {
  readonly host: Host
  readonly member: Member
  /** How the active master tells itself. */
  readonly receive: (reports: Reports) => void
}

export const createReporter = ({ host, member, receive }: ReporterOptions): Reporter => {
  const unheard = createUnheard()
  const tell = async (address: Address, reports: Reports): Promise<void> => {
    try {
      await member.messenger.request(address, TABLE_KINDS.report, encodeReports(reports), {
        timeoutMs: ANSWER_MS,
      })
    } catch (thrown) {
      unheard.putBack(reports)
      throw thrown
    }
  }
  const courier = createCourier(host.clock, () => {
    const master = member.activeMaster()
    if (master === undefined || unheard.isEmpty()) return undefined
    const reports = unheard.take(member.self.id)
    if (master.id !== member.self.id) return tell(master.address, reports)
    receive(reports)
    return undefined
  })
  const add = (partition: number, version: number, change: Partial<Report>): void => {
    unheard.add(partition, version, change)
    courier.wake()
  }
  return {
    inSync: (partition, version) => add(partition, version, { isInSync: true }),
    frozen: (partition, version) => add(partition, version, { isFrozen: true }),
    needReplicas: (replicas) => {
      unheard.needReplicas(replicas)
      courier.wake()
    },
    forget: (partition) => unheard.forget(partition),
    repeat: () => {
      unheard.repeat()
      courier.wake()
    },
    clear: () => unheard.clear(),
    close: () => courier.close(),
  }
}
