import { startJobCoordinator, type JobCoordinator } from '../../../jobs/cluster/index.ts'
import type { JobSettings } from '../../../jobs/cluster/settings.ts'
import { createIsolatePool, localTaskHosts, type TaskHosts } from '../../../jobs/workers/index.ts'
import type { View } from '../../../members/membership/index.ts'
import type { SlotAssignment, SlotDirectory, WorkerSlots } from '../../../members/slots/index.ts'
import { createRealHost, type Host } from '../../../runtime/host/index.ts'
import { createMemoryMaps, type MemoryMaps } from '../coordinator/memoryMaps.ts'

/** A member as far as the coordinator asks it; a test says who is the master. */
export interface TestMember {
  isMaster: boolean
  safe: boolean
  epochNow: number
  memberCount: number
}

/** Slots that exist by their number only, all on one worker. */
export class TestSlots implements SlotDirectory {
  readonly #held = new Map<string, SlotAssignment[]>()
  readonly #listeners = new Set<() => void>()
  total: number

  constructor(total: number) {
    this.total = total
  }

  get free(): number {
    return this.total - [...this.#held.values()].flat().length
  }

  ready(): Promise<void> {
    return Promise.resolve()
  }

  workers(): readonly WorkerSlots[] {
    return [
      {
        memberId: 'local',
        address: { host: '127.0.0.1', port: 5801 },
        tags: { zone: 'a' },
        dynamic: false,
        totalSlots: this.total,
        freeSlots: this.free,
        held: [...this.#held.values()]
          .flat()
          .map(({ owner, slotId }) => ({ ...owner, slotId, epoch: 1 })),
        loads: [],
      },
    ]
  }

  heldBy(jobId: string, pipelineId: number): readonly SlotAssignment[] {
    return this.#held.get(`${jobId}/${pipelineId}`) ?? []
  }

  async request({ owners }: Parameters<SlotDirectory['request']>[0]) {
    if (owners.length > this.free) {
      const lacking = owners
        .slice(this.free)
        .map((owner) => ({ owner, reason: 'RESOURCE_NOT_ENOUGH' as const, message: 'No slot.' }))
      const blockingJobIds = [...new Set([...this.#held.values()].flat().map((s) => s.owner.jobId))]
      return { kind: 'lacking' as const, possible: this.free, lacking, blockingJobIds }
    }
    const slots = owners.map((owner, slotId) => ({ owner, memberId: 'local', slotId }))
    for (const slot of slots) {
      const key = `${slot.owner.jobId}/${slot.owner.pipelineId}`
      this.#held.set(key, [...(this.#held.get(key) ?? []), slot])
    }
    return { kind: 'assigned' as const, slots }
  }

  release(jobId: string, pipelineId: number): void {
    if (this.#held.delete(`${jobId}/${pipelineId}`)) for (const freed of this.#listeners) freed()
  }

  onFreed(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  close(): void {
    this.#listeners.clear()
  }
}

export const TEST_SETTINGS: JobSettings = {
  scheduleStrategy: 'WAIT',
  allocationStrategy: 'RANDOM',
  historyExpiryMs: 3_600_000,
  checkpointIntervalMs: 100,
  checkpointTimeoutMs: 10_000,
  checkpointMinPauseMs: -1,
  storage: { type: 'grid', maxRetained: 3, properties: {} },
  backupIntervalMs: 50,
  printIntervalMs: 0,
}

export interface TestMaster extends JobCoordinator {
  readonly member: TestMember
  /** Members come or go. */
  setMembers(count: number): void
}

export interface TestCluster extends AsyncDisposable {
  readonly maps: MemoryMaps
  readonly slots: TestSlots
  readonly hosts: TaskHosts
  readonly log: string[]
  /** Another master over the same maps, slots and tasks. */
  master(settings?: Partial<JobSettings>): TestMaster
}

/** Masters over maps, slots and isolates of this process; the maps of another cluster live on. */
export const createTestCluster = (
  slotCount = 20,
  maps: MemoryMaps = createMemoryMaps(),
): TestCluster => {
  const host: Host = createRealHost()
  const isolates = createIsolatePool(host, 0)
  const slots = new TestSlots(slotCount)
  const hosts = localTaskHosts(host, isolates)
  const log: string[] = []
  const masters: JobCoordinator[] = []
  let epoch = 0
  return {
    maps,
    slots,
    hosts,
    log,
    master: (settings = {}) => {
      epoch += 1
      const member: TestMember = { isMaster: true, safe: true, epochNow: epoch, memberCount: 1 }
      const listeners = new Set<(view: View) => void>()
      const coordinator = startJobCoordinator({
        host,
        member: {
          isActiveMaster: () => member.isMaster,
          isSafe: () => member.safe,
          epoch: () => member.epochNow,
          members: () => Array.from({ length: member.memberCount }, () => undefined as never),
          activeMaster: () => undefined,
          onChange: (listener) => {
            listeners.add(listener)
            return () => listeners.delete(listener)
          },
        },
        maps,
        directory: slots,
        hosts,
        settings: { ...TEST_SETTINGS, ...settings },
        versions: { projectVersion: '0', gitCommitAbbrev: '0' },
        logs: {
          member: (level, message) => log.push(`${level} ${message}`),
          job: (jobId, level, message) => log.push(`${jobId} ${level} ${message}`),
        },
      })
      masters.push(coordinator)
      return {
        ...coordinator,
        member,
        setMembers: (count) => {
          member.memberCount = count
          for (const listener of listeners) listener(undefined as never)
        },
      }
    },
    [Symbol.asyncDispose]: async () => {
      for (const master of masters) master.close()
      await isolates.close()
    },
  }
}

/** A job of the text format; `body` are its blocks. */
export const hocon = (text: string) => ({
  text,
  format: 'hocon' as const,
  file: 'job.conf',
  variables: {},
})
