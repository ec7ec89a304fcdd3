import { expect, test } from 'bun:test'
import { discoveryMethod } from '../../../members/discovery/index.ts'
import { DEFAULT_MEMBER_SETTINGS, type JoinSettings } from '../../../members/settings.ts'

const { join } = DEFAULT_MEMBER_SETTINGS

const withEnabled = (
  multicast: boolean | undefined,
  tcpIp: boolean,
  dns: boolean,
  autoDetection: boolean,
): JoinSettings => ({
  multicast: { ...join.multicast, enabled: multicast },
  tcpIp: { ...join.tcpIp, enabled: tcpIp },
  dns: { ...join.dns, enabled: dns },
  autoDetection: { enabled: autoDetection },
})

test('auto-detection multicasts exactly when nothing else is configured', () => {
  expect(discoveryMethod(join)).toBe('multicast')
  expect(discoveryMethod(withEnabled(undefined, true, false, true))).toBe('tcp-ip')
  expect(discoveryMethod(withEnabled(undefined, false, true, true))).toBe('dns')
  expect(discoveryMethod(withEnabled(undefined, false, false, false))).toBe('none')
})

test('multicast that is switched off is never used', () => {
  expect(discoveryMethod(withEnabled(false, false, false, true))).toBe('none')
  expect(discoveryMethod(withEnabled(false, true, false, true))).toBe('tcp-ip')
})

test('multicast that is switched on needs no auto-detection', () => {
  expect(discoveryMethod(withEnabled(true, false, false, false))).toBe('multicast')
})

test('two methods at once contradict each other', () => {
  expect(() => discoveryMethod(withEnabled(true, true, false, true))).toThrow(
    'Both multicast and tcp-ip are enabled',
  )
})
