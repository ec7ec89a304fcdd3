import { expect, test } from 'bun:test'
import { createIsolatePool } from '../../../jobs/workers/index.ts'
import type { HostReport, TaskName, TaskPlaces } from '../../../jobs/workers/protocol.ts'
import { TaskHost } from '../../../jobs/workers/taskHost.ts'
import type { EngineError } from '../../../runtime/errors/index.ts'
import { simulate, type SimWorld } from '../host/index.ts'
import { isolateThreads } from './isolates.ts'

const ID = { jobId: 'j', pipelineId: 1, epoch: 1 }

interface Heard {
  readonly reports: HostReport[]
  readonly lost: EngineError[]
}

/** The member that the host belongs to. */
const self = { id: 'me' }

const onHost = (act: (taskHost: TaskHost, world: SimWorld) => Promise<void>) =>
  simulate(
    1,
    async (world) => {
      const { host } = world.machine('m')
      const taskHost = new TaskHost({
        host,
        isolates: createIsolatePool(host, 0),
        self: () => self.id,
        exchange: { bindHost: '10.0.0.1', publicHost: '10.0.0.1', tls: undefined },
        relay: () => Promise.reject(new Error('not reached')),
      })
      await act(taskHost, world)
    },
    { threads: isolateThreads },
  )

const open = (taskHost: TaskHost, coordinatorEpoch: number, epoch = 1) => {
  const heard: Heard = { reports: [], lost: [] }
  const coordinator = { epoch: coordinatorEpoch, member: self.id }
  const link = taskHost.open({ ...ID, epoch }, coordinator, {
    onReport: (report) => heard.reports.push(report),
    onLost: (error) => heard.lost.push(error as EngineError),
  })
  return { ...heard, link }
}

const kindsOf = (reports: readonly HostReport[]): string[] => reports.map(({ kind }) => kind)

const places: TaskPlaces = { 'group 0': 'me', 'group 1': 'other' }
const begin = { kind: 'begin', places, bundle: null, keepsStates: false } as const

test('a coordinator of an older term is refused once a newer one was heard', () =>
  onHost(async (taskHost, world) => {
    const older = open(taskHost, 1)
    older.link.send(begin)
    await world.until('begun', () => kindsOf(older.reports).includes('begun'), 1000)
    const newer = open(taskHost, 2)
    newer.link.send({ kind: 'attach' })
    expect(newer.reports).toMatchObject([{ kind: 'attached', tasks: [{ task: 'group 0' }] }])
    older.link.send({ kind: 'end', abort: true })
    expect(older.lost).toMatchObject([{ code: 'JOB-022' }])
    expect(taskHost.executions()).toHaveLength(1)
    // Its link is closed later: the newer one is heard all the same.
    older.link.close()
    expect(taskHost.executions()[0]!.unattendedSinceMs).toBe(Infinity)
  }))

test('a new attempt begins when the one before has ended', () =>
  onHost(async (taskHost, world) => {
    const first = open(taskHost, 1, 1)
    first.link.send(begin)
    const second = open(taskHost, 1, 2)
    second.link.send(begin)
    expect(second.reports).toEqual([])
    await world.until('it begins', () => second.reports.length > 0, 5000)
    expect(kindsOf(first.reports)).toEqual(['begun'])
    expect(taskHost.executions().map(({ id }) => id.epoch)).toEqual([2])
    first.link.send({ kind: 'task', task: 'group 0', command: { kind: 'drain' } })
    expect(kindsOf(first.reports)).toEqual(['begun', 'gone'])
  }))

test('an attempt that is ended while it waits for the one before never begins', () =>
  onHost(async (taskHost, world) => {
    const first = open(taskHost, 1, 1)
    first.link.send(begin)
    const second = open(taskHost, 1, 2)
    second.link.send(begin)
    second.link.send({ kind: 'end', abort: true })
    await world.until('ended', () => kindsOf(second.reports).includes('ended'), 10_000)
    expect(taskHost.executions()).toEqual([])
  }))

test('what belongs to an older attempt is dropped, what is not here is refused', () =>
  onHost(async (taskHost, world) => {
    open(taskHost, 1, 2).link.send(begin)
    await world.until('it runs', () => taskHost.executions().length > 0, 1000)
    const task: TaskName = 'group 0'
    taskHost.deliver({ ...ID, epoch: 1 }, task, { kind: 'drain' })
    taskHost.deliver({ ...ID, epoch: 2 }, task, { kind: 'drain' })
    const later = { ...ID, epoch: 3 }
    expect(() => taskHost.deliver(later, task, { kind: 'drain' })).toThrow('does not run here')
  }))

test('terms count anew in the next cluster, and who means the member of the one before is refused', () =>
  onHost(async (taskHost, world) => {
    const old = open(taskHost, 7)
    old.link.send(begin)
    await world.until('begun', () => kindsOf(old.reports).includes('begun'), 1000)
    self.id = 'me again'
    try {
      await taskHost.leave('it has left the cluster')
      expect(old.reports.at(-1)).toEqual({ kind: 'gone', reason: 'it has left the cluster' })
      old.link.send({ kind: 'end', abort: true })
      expect(old.lost).toMatchObject([{ code: 'JOB-022' }])
      const next = open(taskHost, 2)
      next.link.send(begin)
      await world.until('begun', () => kindsOf(next.reports).includes('begun'), 1000)
    } finally {
      self.id = 'me'
    }
  }))
