import { expect, test } from 'bun:test'
import type { Host } from '../../../runtime/host/index.ts'
import { startMember, type Member } from '../../../members/member/index.ts'
import {
  createSlotDirectory,
  startSlotService,
  type SlotDemand,
  type SlotDirectory,
  type SlotService,
  type SlotSettings,
} from '../../../members/slots/index.ts'
import { simulate, type Machine, type SimWorld } from '../host/index.ts'
import { nodeSettings, PORT } from '../membership/cluster.ts'

interface SlotNode {
  readonly machine: Machine
  member: Member
  slots: SlotService
  directory: SlotDirectory
}

const start = (world: SimWorld, settings: (at: number) => Partial<SlotSettings>): SlotNode[] => {
  const members = Array.from({ length: 4 }, (_, at) => `10.0.0.${at + 1}:${PORT}`)
  return members.map((_, at) => {
    const role = at < 2 ? 'master' : 'worker'
    const options = { masters: 2, workers: 2 }
    const node = {} as { -readonly [Key in keyof SlotNode]: SlotNode[Key] }
    const boot = async (host: Host): Promise<void> => {
      const member = await startMember(
        host,
        nodeSettings(`10.0.0.${at + 1}`, role, members, options),
      )
      node.member = member
      if (role === 'worker') {
        node.slots = startSlotService({
          host,
          member,
          settings: {
            dynamic: false,
            slotCount: 3,
            memoryLimitBytes: undefined,
            tags: {},
            ...settings(at),
          },
        })
      }
      node.directory = createSlotDirectory({ host, member, own: undefined })
    }
    node.machine = world.machine(`m${at}`, boot)
    return node
  })
}

const masterOf = (nodes: readonly SlotNode[]): SlotNode | undefined =>
  nodes.find(({ machine, member }) => machine.isUp && member?.isActiveMaster())

const formed = (world: SimWorld, nodes: readonly SlotNode[]): Promise<void> =>
  world.until(
    'formed',
    () => masterOf(nodes)?.member.members().length === 4 && nodes[2]!.slots !== undefined,
    5000,
  )

const demand = (jobId: string, count: number, changes: Partial<SlotDemand> = {}): SlotDemand => ({
  owners: Array.from({ length: count }, (_, task) => ({
    jobId,
    pipelineId: 1,
    task: `group ${task}`,
  })),
  tagFilter: {},
  strategy: 'RANDOM',
  ...changes,
})

test('demands that come at once share the slots; what has no room holds nothing', () =>
  simulate(1, async (world) => {
    const nodes = start(world, () => ({}))
    await formed(world, nodes)
    const { directory } = masterOf(nodes)!
    await directory.ready()
    const answers = await Promise.all(
      ['a', 'b', 'c'].map((job) => directory.request(demand(job, 3))),
    )
    expect(answers.map(({ kind }) => kind)).toEqual(['assigned', 'assigned', 'lacking'])
    expect(answers[2]).toMatchObject({
      possible: 0,
      blockingJobIds: expect.arrayContaining(['a', 'b']),
    })
    let freed = 0
    directory.onFreed(() => (freed += 1))
    directory.release('a', 1)
    await world.until('freed', () => freed > 0, 1000)
    await world.sleep(50)
    expect(directory.heldBy('a', 1)).toEqual([])
    expect((await directory.request(demand('c', 3))).kind).toBe('assigned')
    expect(directory.heldBy('c', 1)).toHaveLength(3)
  }))

test('a new master is told who holds what, and the one before it is refused', () =>
  simulate(2, async (world) => {
    const nodes = start(world, () => ({}))
    await formed(world, nodes)
    const old = masterOf(nodes)!
    await old.directory.ready()
    await old.directory.request(demand('a', 4))
    old.machine.pause()
    await world.until(
      'a new master',
      () => nodes.some((node) => node !== old && node.member.isActiveMaster()),
      30_000,
    )
    const { directory } = nodes.find((node) => node !== old && node.member.isActiveMaster())!
    await directory.ready()
    expect(directory.heldBy('a', 1)).toHaveLength(4)
    expect(await directory.request(demand('b', 3))).toMatchObject({ possible: 2 })
    const late = old.directory.request(demand('c', 2))
    old.machine.resume()
    expect((await late).kind).toBe('lacking')
    expect(directory.heldBy('c', 1)).toEqual([])
  }))

test('tags can change while a worker runs', () =>
  simulate(3, async (world) => {
    const nodes = start(world, (at) => ({ tags: { zone: `z${at}` } }))
    await formed(world, nodes)
    const { directory } = masterOf(nodes)!
    await directory.ready()
    const wanted = demand('a', 1, { tagFilter: { zone: 'new' } })
    expect(await directory.request(wanted)).toMatchObject({
      kind: 'lacking',
      lacking: [{ reason: 'RESOURCE_NOT_ENOUGH' }],
    })
    nodes[3]!.slots.updateTags({ zone: 'new' })
    await world.sleep(100)
    expect(await directory.request(wanted)).toMatchObject({
      kind: 'assigned',
      slots: [{ memberId: nodes[3]!.member.self.id }],
    })
  }))

test('a worker counts the requests that it refuses', () =>
  simulate(5, async (world) => {
    const nodes = start(world, () => ({}))
    await formed(world, nodes)
    const { slots } = nodes[2]!
    const owners = (count: number) =>
      Array.from({ length: count }, (_, task) => ({
        jobId: 'a',
        pipelineId: 1,
        task: `group ${task}`,
      }))
    const { epoch } = slots.profile().held[0] ?? { epoch: 100 }
    slots.answer({ kind: 'hold', epoch, owners: owners(3) })
    expect(slots.refusals()).toBe(0)
    expect(slots.answer({ kind: 'hold', epoch, owners: owners(4) }).refused).toBeDefined()
    expect(slots.answer({ kind: 'ask', epoch: epoch - 1 }).refused).toBeDefined()
    expect(slots.refusals()).toBe(1)
  }))

test('a dynamic worker makes slots until its memory is used up, then it refuses', () =>
  simulate(4, async (world) => {
    const memoryLimitBytes = 40 * 1024 * 1024
    const nodes = start(world, () => ({ dynamic: true, memoryLimitBytes }))
    await formed(world, nodes)
    const { directory } = masterOf(nodes)!
    await directory.ready()
    expect(directory.workers().map(({ freeSlots }) => freeSlots)).toEqual([10, 10])
    expect((await directory.request(demand('a', 19))).kind).toBe('assigned')
    expect(await directory.request(demand('b', 2))).toMatchObject({ kind: 'lacking', possible: 1 })
  }))
