import type { JobSettings } from '../../../jobs/cluster/index.ts'
import type { SlotSettings } from '../../../members/slots/index.ts'
import type { Configuration } from '../../../runtime/settings/index.ts'

const MS = 1000
const MINUTE_MS = 60 * MS
const MEGABYTE = 1024 * 1024
/** SeaTunnel's default of `checkpoint.storage.max-retained`. */
const FILES_RETAINED = 20
/** In memory, twice: those of the sample of SeaTunnel's configuration. */
const GRID_RETAINED = 3

/** How jobs run on a cluster, as the configuration of its active master says. */
export const jobSettings = ({ seatunnel }: Configuration): JobSettings => {
  const { engine } = seatunnel
  const { checkpoint, 'slot-service': slots } = engine
  const { type, 'max-retained': retained, 'plugin-config': properties } = checkpoint.storage
  const maxRetained = retained ?? (type === 'grid' ? GRID_RETAINED : FILES_RETAINED)
  const { url, headers } = engine['event-report-http']
  return {
    scheduleStrategy: engine['job-schedule-strategy'],
    allocationStrategy: slots['slot-allocation-strategy'] ?? slots['slot-allocate-strategy'],
    historyExpiryMs: engine['history-job-expire-minutes'] * MINUTE_MS,
    checkpointIntervalMs: checkpoint.interval,
    checkpointTimeoutMs: checkpoint.timeout,
    checkpointMinPauseMs: checkpoint['min-pause'],
    storage: { type, maxRetained, properties },
    backupIntervalMs: engine['job-metrics-backup-interval'] * MS,
    printIntervalMs: engine['print-execution-info-interval'] * MS,
    ...(url === undefined ? {} : { eventReport: { url, headers } }),
  }
}

/** What a worker offers. */
export const slotSettings = ({ seatunnel, hazelcast, tidegate }: Configuration): SlotSettings => {
  const slots = seatunnel.engine['slot-service']
  return {
    dynamic: slots['dynamic-slot'],
    slotCount: slots['slot-num'],
    memoryLimitBytes: (tidegate['memory-limit-megabytes'] ?? 0) * MEGABYTE,
    tags: Object.fromEntries(
      Object.entries(hazelcast['member-attributes']).map(([tag, { value }]) => [tag, value]),
    ),
  }
}
