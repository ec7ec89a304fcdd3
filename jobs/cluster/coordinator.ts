import type { Member } from '../../members/member/index.ts'
import type { SlotDirectory } from '../../members/slots/index.ts'
import { EngineError } from '../../runtime/errors/index.ts'
import type { Host, Timer } from '../../runtime/host/index.ts'
import type { SweepBundles } from '../bundles/index.ts'
import type { StateMaps } from '../coordinator/index.ts'
import type { TaskHosts } from '../workers/index.ts'
import { startEventReport } from './eventReport.ts'
import { createJobService, type Versions } from './jobService.ts'
import { Mastership } from './mastership.ts'
import type { JobLogs } from './run/context.ts'
import type { JobService } from './service.ts'
import type { JobSettings } from './settings.ts'

/** Whether a member is safe shows by the clock too, not only by events. */
const CHECK_INTERVAL_MS = 250

export interface JobCoordinatorOptions {
  readonly host: Host
  readonly member: Pick<
    Member,
    'isActiveMaster' | 'isSafe' | 'epoch' | 'members' | 'activeMaster' | 'onChange'
  >
  readonly maps: StateMaps
  readonly directory: SlotDirectory
  readonly hosts: TaskHosts
  readonly settings: JobSettings
  readonly versions: Versions
  readonly logs: JobLogs
  /** A job is in the history no more: what else is kept of it can go. */
  readonly onForgotten?: (jobId: string) => void
  /** Called now and then by the master; without it no job has code. */
  readonly sweepBundles?: SweepBundles
}

export interface JobCoordinator {
  readonly service: JobService
  /** Leaves all jobs to another master. */
  close(): void
}

/**
 * The coordinator of jobs in a member: it does nothing until this member is the active master, and
 * nothing any more when it is not, or must not act as such.
 */
export const startJobCoordinator = (options: JobCoordinatorOptions): JobCoordinator => {
  const { host, member, maps, directory, hosts, settings, versions, logs } = options
  const { onForgotten = () => undefined, sweepBundles = async () => undefined } = options
  let mastership: Mastership | undefined
  let timer: Timer | undefined
  let isClosed = false
  const { eventReport } = settings
  const report =
    eventReport === undefined
      ? undefined
      : startEventReport(host, eventReport, (message) => logs.member('warn', message))

  const leads = (): boolean => !isClosed && member.isActiveMaster() && member.isSafe()
  const isStill = (epoch: number): boolean => leads() && member.epoch() === epoch

  const check = (): void => {
    timer?.cancel()
    if (isClosed) return
    timer = host.clock.timer(CHECK_INTERVAL_MS, check)
    if (mastership !== undefined && !isStill(mastership.masterEpoch)) {
      mastership.close()
      mastership = undefined
    }
    if (mastership !== undefined || !leads()) return
    const masterEpoch = member.epoch()
    mastership = new Mastership({
      host,
      maps,
      directory,
      hosts,
      settings,
      logs,
      report: (event) => report?.add(event),
      onForgotten,
      sweepBundles,
      masterEpoch,
      isCurrent: () => isStill(masterEpoch),
      memberCount: () => member.members().length,
    })
  }

  const stopListening = member.onChange(() => {
    check()
    mastership?.membersChanged()
  })
  check()

  const current = async (): Promise<Mastership> => {
    check()
    const present = mastership
    await present?.ready()
    if (present !== undefined && present === mastership) return present
    const where = member.activeMaster()
    const text =
      where === undefined
        ? 'The cluster has no active master right now.'
        : `Only the active master ${where.address.host}:${where.address.port} can do this.`
    throw new EngineError('JOB-001', text, { retry: 'backoff' })
  }

  return {
    service: createJobService(current, versions),
    close: () => {
      isClosed = true
      timer?.cancel()
      stopListening()
      report?.close()
      mastership?.close()
      mastership = undefined
    },
  }
}
