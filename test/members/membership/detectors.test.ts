import { describe, expect, test } from 'bun:test'
import {
  type Detector,
  heard,
  isSilent,
  phiOf,
  startDetector,
} from '../../../members/membership/detectors.ts'
import { SCRIPT_SETTINGS } from './script.ts'

const deadline = { ...SCRIPT_SETTINGS, maxNoHeartbeatMs: 10_000 }
const phi = {
  ...deadline,
  detector: { type: 'phi-accrual', threshold: 10, sampleSize: 200, minStdDeviationMs: 100 },
} as const

const beating = (settings: typeof deadline | typeof phi, times: readonly number[]): Detector =>
  times.reduce((detector, atMs) => heard(detector, settings, atMs), startDetector(settings, 0))

describe('the deadline detector', () => {
  test('waits for max.no.heartbeat, from the last sign of life', () => {
    const detector = beating(deadline, [1000, 2000])
    expect(isSilent(detector, deadline, 12_000)).toBe(false)
    expect(isSilent(detector, deadline, 12_001)).toBe(true)
  })
})

describe('the phi accrual detector', () => {
  const steady = Array.from({ length: 50 }, (_, at) => (at + 1) * 1000)

  test('waits longer for a member whose signs of life come irregularly', () => {
    const irregular = steady.map((atMs, at) => atMs + (at % 2) * 700)
    const lastMs = (detector: Detector): number => detector.lastMs
    const firstSilence = (detector: Detector): number => {
      let silentMs = 10_000
      while (!isSilent(detector, phi, lastMs(detector) + silentMs)) silentMs += 10
      return silentMs
    }
    const regularMs = firstSilence(beating(phi, steady))
    expect(regularMs).toBeGreaterThan(11_000)
    expect(regularMs).toBeLessThan(12_000)
    expect(firstSilence(beating(phi, irregular))).toBeGreaterThan(regularMs + 1000)
  })

  test('is certain by half when the silence is as long as expected', () => {
    const detector = beating(phi, steady)
    const expectedMs = 1000 + phi.maxNoHeartbeatMs
    const value = phiOf(detector, phi.detector, phi.maxNoHeartbeatMs, detector.lastMs + expectedMs)
    expect(value).toBeCloseTo(Math.log10(2), 1)
  })

  test('remembers the newest samples only', () => {
    const detector = beating(
      phi,
      Array.from({ length: 500 }, (_, at) => (at + 1) * 1000),
    )
    expect(detector.intervalsMs).toHaveLength(200)
  })
})
