import { EngineError } from '../../runtime/errors/index.ts'
import type { Clock } from '../../runtime/host/index.ts'

/** Ids count milliseconds from here, as SeaTunnel's do. */
const START_MS = Date.UTC(2018, 0, 1)
const MASTER_BITS = 16n
const SEQUENCE_BITS = 6n
const SEQUENCE_MAX = (1 << Number(SEQUENCE_BITS)) - 1

/** Throws JOB-002 for what is no id. */
export const checkJobId = (jobId: string): string => {
  if (/^\d{1,19}$/.test(jobId)) return jobId
  throw new EngineError('JOB-002', `The job id "${jobId}" is not valid: it must be 1 to 19 digits.`)
}

/** New ids of one master: they rise, and differ from those of any other master. */
export const createJobIds = (clock: Pick<Clock, 'now'>, masterEpoch: number): (() => string) => {
  let lastMs = 0
  let sequence = 0
  return () => {
    const nowMs = clock.now() - START_MS
    if (nowMs > lastMs) {
      lastMs = nowMs
      sequence = 0
    } else if (sequence < SEQUENCE_MAX) sequence += 1
    else {
      lastMs += 1
      sequence = 0
    }
    const time = (BigInt(lastMs) << SEQUENCE_BITS) | BigInt(sequence)
    const master = BigInt(masterEpoch) & ((1n << MASTER_BITS) - 1n)
    return String((time << MASTER_BITS) | master)
  }
}
