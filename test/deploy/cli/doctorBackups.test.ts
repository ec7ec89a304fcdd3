import { expect, test } from 'bun:test'
import { backupsCheck } from '../../../deploy/cli/doctor/backups.ts'
import { DEFAULT_GRID } from '../../../members/grid/index.ts'
import { DEFAULT_MEMBER_SETTINGS } from '../../../members/settings.ts'

const findingOf = async (masters: number, backupCount: number, members: string[] = []) => {
  const { join, splitBrainProtection } = DEFAULT_MEMBER_SETTINGS
  const member = {
    ...DEFAULT_MEMBER_SETTINGS,
    splitBrainProtection: { ...splitBrainProtection, masters },
    join: { ...join, tcpIp: { ...join.tcpIp, enabled: members.length > 0, members } },
  }
  const grid = { ...DEFAULT_GRID, maps: { 'engine*': { backupCount } } }
  const [finding] = await backupsCheck(member, grid)()
  const told = /to (\d)/.exec(finding!.mend ?? '')?.[1]
  return `${finding!.status}${told === undefined ? '' : ` ${told}`}`
}

test('the doctor recommends half as many backups as there are masters, at most five', async () => {
  expect(await findingOf(3, 1)).toBe('ok')
  expect(await findingOf(6, 1)).toBe('warn 3')
  expect(await findingOf(20, 1)).toBe('warn 5')
  expect(await findingOf(3, 2)).toBe('ok')
  expect(await findingOf(1, 1)).toBe('ok')
})

test('the doctor counts the addresses of the list where the masters are not told', async () => {
  expect(await findingOf(0, 1, ['a:5801,b:5801', 'c:5801', 'd'])).toBe('warn 2')
  expect(await findingOf(0, 1)).toBe('ok')
})
