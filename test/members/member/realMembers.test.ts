import { afterEach, expect, test } from 'bun:test'
import { type Member, startMember } from '../../../members/member/index.ts'
import { DEFAULT_MEMBER_SETTINGS, type MemberSettings } from '../../../members/settings.ts'
import { createRealHost } from '../../../runtime/host/index.ts'
import { freePorts } from '../../servers/freePorts.ts'

const running: Member[] = []

afterEach(async () => {
  for (const member of running.splice(0)) await member.leave()
})

const settingsOf = (ports: readonly number[], at: number): MemberSettings => ({
  ...DEFAULT_MEMBER_SETTINGS,
  clusterName: 'real members',
  network: { ...DEFAULT_MEMBER_SETTINGS.network, port: ports[at]!, portAutoIncrement: false },
  join: {
    ...DEFAULT_MEMBER_SETTINGS.join,
    tcpIp: {
      ...DEFAULT_MEMBER_SETTINGS.join.tcpIp,
      enabled: true,
      members: ports.map((port) => `127.0.0.1:${port}`),
    },
  },
  splitBrainProtection: { enabled: undefined, masters: ports.length },
})

const start = async (settings: MemberSettings): Promise<Member> => {
  const member = await startMember(createRealHost(), settings)
  running.push(member)
  return member
}

/** Waits for a list of so many on all members. */
const whole = (members: readonly Member[], count: number): Promise<void> =>
  new Promise((resolve) => {
    const stops: (() => void)[] = []
    const look = (): void => {
      if (members.some((member) => member.members().length !== count)) return
      for (const stop of stops) stop()
      resolve()
    }
    for (const member of members) stops.push(member.onChange(look))
    look()
  })

test('three members on real sockets form one cluster and replace a master that leaves', async () => {
  const ports = freePorts(3)
  const startMs = performance.now()
  const members = await Promise.all(ports.map((_, at) => start(settingsOf(ports, at))))
  await whole(members, 3)
  const formedMs = performance.now() - startMs
  console.log(`3 members on loopback formed in ${formedMs.toFixed(0)} ms`)
  expect(formedMs).toBeLessThan(1000)
  const masters = members.filter((member) => member.isActiveMaster())
  expect(masters).toHaveLength(1)
  const others = members.filter((member) => !member.isActiveMaster())
  const epoch = others[0]!.epoch()
  await masters[0]!.leave()
  running.splice(running.indexOf(masters[0]!), 1)
  await whole(others, 2)
  expect(others.filter((member) => member.isActiveMaster())).toHaveLength(1)
  expect(others.map((member) => member.epoch())).toEqual([epoch + 1, epoch + 1])
})
