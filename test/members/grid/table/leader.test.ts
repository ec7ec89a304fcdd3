import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import {
  createLeader,
  isLostIn,
  type LeaderInput,
  type LeaderState,
  type PartitionRow,
  sameIds,
  step,
} from '../../../../members/grid/table/index.ts'

const PARTITIONS = 60
const MIGRATIONS_MAX = 10
const NAMES = ['a', 'b', 'c', 'd', 'e']

type Reports = Extract<LeaderInput, { readonly kind: 'reports' }>

type Action =
  | { readonly kind: 'members'; readonly present: readonly boolean[] }
  /** All primaries tell what they have to tell; `freeze late`: only of rows that are over. */
  | { readonly kind: 'sync' | 'freeze' | 'freeze late' }
  | { readonly kind: 'leave'; readonly name: string }
  | { readonly kind: 'safe'; readonly isSafe: boolean }
  | { readonly kind: 'want'; readonly replicas: number }

const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('members' as const),
      present: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom('sync' as const, 'freeze' as const, 'freeze late' as const),
    }),
  },
  fc.record({ kind: fc.constant('leave' as const), name: fc.constantFrom('b', 'c', 'd', 'e') }),
  fc.record({ kind: fc.constant('safe' as const), isSafe: fc.boolean() }),
  fc.record({ kind: fc.constant('want' as const), replicas: fc.integer({ min: 1, max: 8 }) }),
)

/** Drives the reducer of a master `a`, whose members do what they are told to do, when told. */
const createDriver = () => {
  let isSafe = true
  let viewVersion = 0
  let state = createLeader({
    partitionCount: PARTITIONS,
    grouping: { type: 'PER_MEMBER' },
    replicas: 2,
    recoveryTimeoutMs: 30_000,
  })
  const asked: (readonly [partition: number, version: number])[] = []
  /** `partition version` of what was reported frozen. */
  const frozen = new Set<string>()
  const dispatch = (event: LeaderInput): void => {
    const taken = step(state, { ...event, nowMs: 0, isSafe })
    state = taken.state
    for (const effect of taken.effects) {
      if (effect.kind === 'handover') {
        asked.push([effect.partition, state.rows[effect.partition]!.version])
      }
    }
  }

  const report = (memberId: string, parts: Partial<Reports>): void =>
    dispatch({ kind: 'reports', memberId, inSync: [], frozen: [], replicas: 0, ...parts })
  const reportAll = (parts: Partial<Reports>): void => {
    for (const id of NAMES) report(id, parts)
  }
  const view = (ids: readonly string[]): void => {
    viewVersion += 1
    const members = ids.map((id) => ({ id, host: id, address: id }))
    dispatch({
      kind: 'view',
      selfId: 'a',
      isMaster: true,
      epoch: 1,
      viewVersion,
      members,
    })
  }
  const perform = (done: Action): void => {
    switch (done.kind) {
      case 'members':
        view(['a', ...NAMES.slice(1).filter((_, at) => done.present[at])])
        return
      case 'sync':
        reportAll({ inSync: state.rows.map((row, at) => [at, row!.version]) })
        return
      case 'freeze':
        for (const [at, version] of asked) frozen.add(`${at} ${version}`)
        reportAll({ frozen: asked })
        return
      case 'freeze late':
        reportAll({ frozen: asked.filter(([at, version]) => state.rows[at]!.version !== version) })
        return
      case 'leave':
        dispatch({ kind: 'leave', memberId: done.name })
        return
      case 'safe':
        isSafe = done.isSafe
        dispatch({ kind: 'time' })
        return
      case 'want':
        report('a', { replicas: done.replicas })
        return
      default:
        done satisfies never
    }
  }
  const start = (): void => {
    view(['a'])
    const nothing = { rows: [], whole: [], copies: [], expected: [] }
    dispatch({ kind: 'fetched', memberId: 'a', epoch: 1, ...nothing })
  }
  return { state: () => state, isSafe: () => isSafe, perform, start, frozen }
}

const loadsOf = (rows: LeaderState['rows']): Map<string, number> => {
  const loads = new Map<string, number>()
  for (const row of rows) {
    if (row?.next === undefined) continue
    const newcomers = row.next.filter((id) => !row.replicas.includes(id))
    for (const id of new Set([row.replicas[0]!, ...newcomers])) {
      loads.set(id, (loads.get(id) ?? 0) + 1)
    }
  }
  return loads
}

/** What a change of a row may never do, with `present` in the view. */
const expectLawful = (
  before: PartitionRow,
  now: PartitionRow,
  { isSynced, isFrozen }: { readonly isSynced: boolean; readonly isFrozen: boolean },
  present: ReadonlySet<string>,
): void => {
  expect(now.version).toBeGreaterThanOrEqual(before.version)
  if (now.version === before.version) {
    expect(now).toEqual(before)
    return
  }
  const isContracted = isSynced && sameIds(before.next, now.replicas)
  const dropped = before.replicas.filter((id) => present.has(id) && !now.replicas.includes(id))
  if (!isContracted) expect(dropped).toEqual([])
  const primary = before.replicas[0]!
  if (present.has(primary) && !isFrozen) expect(now.replicas[0]).toBe(primary)
}

describe('the master of the table', () => {
  test('never gives up a live copy, never moves too much at once, ends balanced', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 40 }), (actions) => {
        const driver = createDriver()
        driver.start()
        for (const done of actions) {
          const before = driver.state()
          driver.perform(done)
          const now = driver.state()
          const present = new Set(now.members.map(({ id }) => id))
          for (const [at, row] of now.rows.entries()) {
            const old = before.rows[at]!
            const isSynced = before.syncedVersions[at] === old.version || done.kind === 'sync'
            const isFrozen = driver.frozen.has(`${at} ${old.version}`)
            expectLawful(old, row!, { isSynced, isFrozen }, present)
            if (!driver.isSafe()) expect(row).toBe(old)
          }
          for (const load of loadsOf(now.rows).values()) {
            expect(load).toBeLessThanOrEqual(MIGRATIONS_MAX)
          }
        }
        driver.perform({ kind: 'safe', isSafe: true })
        for (let round = 0; round < 200 && driver.state().targets.some(Boolean); round += 1) {
          driver.perform({ kind: 'sync' })
          driver.perform({ kind: 'freeze' })
        }
        const { members, leaving, rows, replicasWanted } = driver.state()
        const staying = members.filter(({ id }) => !leaving.has(id))
        const depth = Math.min(replicasWanted, staying.length, 7)
        for (const row of rows) {
          expect(row!.next).toBeUndefined()
          expect(new Set(row!.replicas).size).toBe(depth)
        }
        for (let index = 0; index < depth; index += 1) {
          const counts = staying.map(
            ({ id }) => rows.filter((row) => row!.replicas[index] === id).length,
          )
          expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
        }
      }),
      { numRuns: 250 },
    )
  })

  test('hears nothing that is said of a row that is over', () => {
    const driver = createDriver()
    driver.start()
    const withB = { kind: 'members', present: [true, false, false, false] } as const
    const alone = { kind: 'members', present: [false, false, false, false] } as const
    const sync = { kind: 'sync' } as const
    for (const done of [withB, sync, sync, alone, withB, sync, sync] as const) driver.perform(done)
    expect(driver.state().handovers.size).toBe(MIGRATIONS_MAX)
    const { rows } = driver.state()
    driver.perform({ kind: 'freeze late' })
    expect(driver.state().rows).toEqual(rows)
    driver.perform({ kind: 'freeze' })
    expect(driver.state().rows).not.toEqual(rows)
  })

  const settle = (driver: ReturnType<typeof createDriver>): void => {
    for (let round = 0; round < 20; round += 1) {
      driver.perform({ kind: 'sync' })
      driver.perform({ kind: 'freeze' })
    }
  }
  const members = (driver: ReturnType<typeof createDriver>, ...names: string[]): void =>
    driver.perform({ kind: 'members', present: NAMES.slice(1).map((name) => names.includes(name)) })
  const lostIn = ({ rows }: LeaderState): number[] =>
    [...rows.keys()].filter((at) => isLostIn(rows[at]!))

  test('tells what is lost when its last whole copy goes before the next one is made', () => {
    for (const isMended of [false, true]) {
      const driver = createDriver()
      driver.start()
      members(driver, 'b', 'c', 'd')
      settle(driver)
      members(driver, 'c', 'd')
      const inDanger = [...driver.state().rows.entries()].flatMap(([at, row]) =>
        row!.replicas[0] === 'c' && driver.state().syncedVersions[at] !== row!.version ? [at] : [],
      )
      expect(inDanger.length).toBeGreaterThan(0)
      if (isMended) settle(driver)
      members(driver, 'd')
      expect(lostIn(driver.state())).toEqual(isMended ? [] : inDanger)
    }
  })

  test('a new master asks who has everything, and tells what nobody has', () => {
    const taken: LeaderInput[] = []
    const rows = [0, 1, 2].map((at) => {
      const row = { version: 5, replicas: ['gone', 'a', 'b'], next: undefined }
      return [at, row] as const
    })
    const told = { kind: 'fetched' as const, epoch: 2, rows, copies: [], expected: [] }
    taken.push(
      {
        kind: 'view',
        selfId: 'a',
        isMaster: true,
        epoch: 2,
        viewVersion: 1,
        members: ['a', 'b'].map((id) => ({ id, host: id, address: id })),
      },
      { ...told, memberId: 'a', whole: [0, 1] },
      { ...told, memberId: 'b', whole: [0] },
    )
    let state = createLeader({
      partitionCount: 3,
      grouping: { type: 'PER_MEMBER' },
      replicas: 3,
      recoveryTimeoutMs: 30_000,
    })
    for (const event of taken) state = step(state, { ...event, nowMs: 0, isSafe: true }).state
    expect(lostIn(state)).toEqual([2])
  })

  test('after a stop of all it waits for as many as held data, whatever their addresses are', () => {
    let state = createLeader({
      partitionCount: 1,
      grouping: { type: 'PER_MEMBER' },
      replicas: 2,
      recoveryTimeoutMs: 30_000,
    })
    const come = (...ids: readonly string[]): void => {
      const known = ids.map((id) => ({ id, host: 'one', address: `one:${id}` }))
      const view = { kind: 'view' as const, selfId: 'a', isMaster: true, epoch: 1 }
      const told = { kind: 'fetched' as const, epoch: 1, rows: [], whole: [], copies: [] }
      const expected = ['one:before', 'one:earlier']
      for (const event of [
        { ...view, viewVersion: ids.length, members: known },
        { ...told, memberId: ids.at(-1)!, expected },
      ]) {
        state = step(state, { ...event, nowMs: 0, isSafe: true }).state
      }
    }
    come('a')
    expect(state.phase).toBe('fetching')
    come('a', 'b')
    expect(state.phase).toBe('leading')
  })
})
