import { describe, expect, test } from 'bun:test'
import { startDiscovery } from '../../../members/discovery/index.ts'
import { DEFAULT_MEMBER_SETTINGS, type JoinSettings } from '../../../members/settings.ts'
import type { Address } from '../../../runtime/host/index.ts'
import { simulate } from '../../sim/host/index.ts'

/** What a member that looks for `ms` finds, one entry for each time that it looks. */
const foundIn = async (
  ms: number,
  method: 'tcp-ip' | 'dns',
  change: (join: JoinSettings) => Partial<JoinSettings>,
): Promise<(readonly Address[])[]> => {
  const found: (readonly Address[])[] = []
  await simulate(1, async (world) => {
    const { host } = world.machine('a')
    const { join, ...settings } = DEFAULT_MEMBER_SETTINGS
    const self = { host: '10.0.0.1', port: 5801 }
    const discovery = await startDiscovery({
      host,
      method,
      settings: { ...settings, join: { ...join, ...change(join) } },
      self,
      boundTo: self,
      isLooking: () => true,
      answers: () => false,
      onFound: (addresses) => found.push(addresses),
    })
    await world.sleep(ms)
    discovery.close()
  })
  return found
}

describe('a list of members', () => {
  test('stands for as many ports as port.try.count says, where it has none', async () => {
    const found = await foundIn(1, 'tcp-ip', ({ tcpIp }) => ({
      tcpIp: { ...tcpIp, members: ['10.0.0.1', '10.0.0.1:7000'], portTryCount: 2 },
    }))
    expect(found[0]!.map(({ port }) => port)).toEqual([5801, 5802, 7000])
  })
})

describe('a name of all members', () => {
  test('is looked up as often as resolve-interval-seconds says', async () => {
    const found = await foundIn(7000, 'dns', ({ dns }) => ({
      dns: { ...dns, enabled: true, name: 'a', port: 1, resolveIntervalSeconds: 2 },
    }))
    expect(found).toHaveLength(4)
  })
})
