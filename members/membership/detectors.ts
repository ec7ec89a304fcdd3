import type { FailureDetectorSettings, MembershipSettings } from './settings.ts'

/** What a failure detector remembers of one member: the times between its signs of life. */
export interface Detector {
  readonly lastMs: number
  readonly intervalsMs: readonly number[]
}

type PhiSettings = Extract<FailureDetectorSettings, { readonly type: 'phi-accrual' }>

/** Before anything was heard, the intervals are taken to be about that of the settings. */
export const startDetector = (settings: MembershipSettings, nowMs: number): Detector => {
  if (settings.detector.type === 'deadline') return { lastMs: nowMs, intervalsMs: [] }
  const { heartbeatIntervalMs } = settings
  const intervalsMs = [heartbeatIntervalMs * 0.75, heartbeatIntervalMs * 1.25]
  return { lastMs: nowMs, intervalsMs }
}

/** The member has shown a sign of life. */
export const heard = (
  detector: Detector,
  settings: MembershipSettings,
  nowMs: number,
): Detector => {
  if (settings.detector.type === 'deadline') return { lastMs: nowMs, intervalsMs: [] }
  const kept = detector.intervalsMs.slice(1 - settings.detector.sampleSize)
  return { lastMs: nowMs, intervalsMs: [...kept, nowMs - detector.lastMs] }
}

/** This member itself stood still: what it missed says nothing about others. */
export const forgive = (detector: Detector, nowMs: number): Detector => ({
  ...detector,
  lastMs: nowMs,
})

/**
 * Minus the decimal logarithm of the chance that a sign of life is still to come (Hayashibara and
 * others, "The φ accrual failure detector"), with a logistic approximation of the normal
 * distribution. `pauseMs` is a silence that says nothing yet.
 */
export const phiOf = (
  detector: Detector,
  settings: PhiSettings,
  pauseMs: number,
  nowMs: number,
): number => {
  const { intervalsMs } = detector
  const silentMs = nowMs - detector.lastMs
  const meanMs = intervalsMs.reduce((sum, interval) => sum + interval, 0) / intervalsMs.length
  const variance =
    intervalsMs.reduce((sum, interval) => sum + (interval - meanMs) ** 2, 0) / intervalsMs.length
  const deviationMs = Math.max(Math.sqrt(variance), settings.minStdDeviationMs)
  const expectedMs = meanMs + pauseMs
  const y = (silentMs - expectedMs) / deviationMs
  const e = Math.exp(-y * (1.5976 + 0.070566 * y * y))
  return silentMs > expectedMs ? -Math.log10(e / (1 + e)) : -Math.log10(1 - 1 / (1 + e))
}

/** Whether the member has been silent for too long. */
export const isSilent = (
  detector: Detector,
  settings: MembershipSettings,
  nowMs: number,
): boolean => {
  const { maxNoHeartbeatMs } = settings
  if (settings.detector.type === 'deadline') return nowMs - detector.lastMs > maxNoHeartbeatMs
  // Phi passes no threshold before the pause is over: the sum is not worth doing.
  if (nowMs - detector.lastMs < maxNoHeartbeatMs) return false
  return phiOf(detector, settings.detector, maxNoHeartbeatMs, nowMs) >= settings.detector.threshold
}
