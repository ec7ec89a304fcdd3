import { EngineError } from '../../../runtime/errors/index.ts'
import type { Disk, DiskLock, Host } from '../../../runtime/host/index.ts'
import type {
  Held,
  Keeper,
  Keepers,
  Kept,
  Partition,
  Pending,
  Pendings,
  Registry,
} from '../replication/index.ts'
import type { Structure } from '../structures/structure.ts'
import type { KeptCopy, Recovery } from '../table/index.ts'
import { createKeptLog, type KeptLog } from './keptLog.ts'
import type { Keeping } from './keeping.ts'
import { type LoadedAside, type LoadedPartition, loadLog } from './loadLog.ts'
import { LOG_SIZES, type LogSizes } from './segments.ts'
import { takeMemberFolder } from './memberFolder.ts'
import { createMembersFile, type MembersFile } from './membersFile.ts'

/** What a member keeps on its disk of the grid, and what it has kept. */
export interface Persistence extends Keepers, Recovery {
  /** Reads what is kept; `ready` tells its end. What is kept from then on settles `pendings`. */
  begin(registry: Registry, pendings: Pendings): void
  /** What waits to be merged since an earlier life, once `ready`: the caller's from then on. */
  takeAsides(): readonly KeptAside[]
  /** Who holds data now, as addresses; to be called once this member has its part of it. */
  noteMembers(addresses: readonly string[]): void
  /** Why nothing can be kept now; undefined when all is well. */
  failure(): EngineError | undefined
  /** The rest is written, synced, and all files are closed. */
  close(): Promise<void>
}

/** A fragment that nobody holds, for the merger. */
export interface KeptAside {
  readonly held: Held
  readonly rescueVersion: number | undefined
}

export type NoteLevel = 'info' | 'warn' | 'error'

export interface PersistenceOptions {
  readonly host: Host
  /** Of this member: several may share a machine. */
  readonly port: number
  readonly clusterName: string
  /** All that anything may be kept by; at least one. */
  readonly all: readonly Keeping[]
  readonly of: (structure: Structure, name: string) => Keeping | undefined
  readonly sizes?: LogSizes
  readonly note: (level: NoteLevel, text: string) => void
}

/** One place of this cluster on this machine, and what was found there and is not taken yet. */
interface Store {
  /** The members have a folder each in it. */
  readonly root: string
  readonly log: KeptLog
  lock: DiskLock | undefined
  loaded: Map<number, LoadedPartition>
}

const resumed = (log: KeptLog, aside: LoadedAside): KeptAside => {
  const { kept, partition, rescueVersion } = aside
  const { segment: _, ...known } = kept
  const held = { partition, ...known, build: undefined, isFilled: false, lastPending: undefined }
  log.resumeAside(held, aside)
  return { held, rescueVersion }
}

/** The shortest interval that is asked for in each folder. */
const intervalsOf = (keepings: readonly Keeping[]): Map<string, number | undefined> => {
  const intervals = new Map<string, number | undefined>()
  for (const { folder, fsync, fsyncIntervalMs } of keepings) {
    const known = intervals.get(folder)
    const isShorter = fsync === 'interval' && fsyncIntervalMs < (known ?? Infinity)
    intervals.set(folder, isShorter ? fsyncIntervalMs : known)
  }
  return intervals
}

const sequenceOf = (fragments: readonly Kept[]): number =>
  Math.max(0, ...fragments.map(({ sequence }) => sequence))

/** Of several folders the copy with the newest row says what a partition is. */
const newestOf = (copies: readonly KeptCopy[]): KeptCopy[] => {
  const byPartition = new Map<number, KeptCopy>()
  for (const copy of copies) {
    const known = byPartition.get(copy.partition)
    if (known === undefined || known.version < copy.version) byPartition.set(copy.partition, copy)
  }
  return [...byPartition.values()]
}

class GridPersistence implements Persistence {
  readonly #options: PersistenceOptions
  readonly #stores: readonly Store[]
  #members: MembersFile | undefined
  readonly #ready = Promise.withResolvers<void>()
  readonly ready = this.#ready.promise
  #pendings: Pendings | undefined
  #expected: readonly string[] = []
  /** Partitions whose copy nobody has asked for yet. */
  #untaken = new Set<number>()
  #writing: Promise<void> | undefined
  #unwritten: readonly string[] | undefined
  #written = ''
  #asides: KeptAside[] = []
  #isClosed = false

  constructor(options: PersistenceOptions) {
    this.#options = options
    const { host, all, sizes = LOG_SIZES } = options
    const onSynced = (pending: Pending): void => this.#pendings!.lessen(pending)
    const onFailed = (pending: Pending): void => this.#pendings!.abandon(pending)
    const onState = (failure: EngineError | undefined): void => this.#told(failure)
    this.#stores = [...intervalsOf(all)].map(([root, fsyncIntervalMs]) => {
      const log = createKeptLog({ host, sizes, fsyncIntervalMs, onSynced, onFailed, onState })
      return { root, log, lock: undefined, loaded: new Map<number, LoadedPartition>() }
    })
  }

  begin(registry: Registry, pendings: Pendings): void {
    this.#pendings = pendings
    this.#load(this.#options.host.disk, registry).then(this.#ready.resolve, this.#ready.reject)
  }

  copies(): readonly KeptCopy[] {
    return newestOf(
      this.#stores.flatMap(({ loaded }) =>
        [...loaded].map(([partition, { version, place, isComplete, fragments }]): KeptCopy => {
          return { partition, version, place, isComplete, sequence: sequenceOf(fragments) }
        }),
      ),
    )
  }

  expected(): readonly string[] {
    return this.#expected
  }

  takeAsides(): readonly KeptAside[] {
    const asides = this.#asides
    this.#asides = []
    return asides
  }

  noteMembers(addresses: readonly string[]): void {
    const sorted = [...addresses].sort()
    if (sorted.join() === this.#written) return
    this.#written = sorted.join()
    this.#unwritten = sorted
    this.#writing ??= this.#writeMembers()
  }

  keeperOf(structure: Structure, name: string): Keeper | undefined {
    const keeping = this.#options.of(structure, name)
    if (keeping === undefined) return undefined
    return this.#stores.find(({ root }) => root === keeping.folder)?.log.keeper(keeping.fsync)
  }

  take(partition: Partition): readonly Kept[] {
    const kept: Kept[] = []
    for (const { loaded } of this.#stores) {
      kept.push(...(loaded.get(partition.id)?.fragments ?? []))
      loaded.delete(partition.id)
    }
    const wasLast = this.#untaken.delete(partition.id) && this.#untaken.size === 0
    if (wasLast) this.#settled()
    return kept
  }

  rowChanged(partition: Partition): void {
    for (const { log } of this.#stores) log.rowChanged(partition)
  }

  compared(partition: Partition, isEqual: boolean): void {
    for (const { log } of this.#stores) log.compared(partition, isEqual)
  }

  get isBehind(): boolean {
    for (const { log } of this.#stores) if (log.writer.isBehind) return true
    return false
  }

  afterSync(callback: () => void): void {
    let left = this.#stores.length
    const one = (): void => {
      left -= 1
      if (left === 0) callback()
    }
    for (const { log } of this.#stores) log.writer.afterSync(one)
  }

  release(isMeant: (pending: Pending) => boolean, release: (pending: Pending) => void): void {
    for (const { log } of this.#stores) log.writer.release(isMeant, release)
  }

  failure(): EngineError | undefined {
    return this.#stores.find(({ log }) => log.writer.failure !== undefined)?.log.writer.failure
  }

  async close(): Promise<void> {
    this.#isClosed = true
    for (const { held } of this.takeAsides()) held.fragment.close()
    for (const { loaded } of this.#stores) {
      for (const { fragments } of loaded.values())
        for (const each of fragments) each.fragment.close()
      loaded.clear()
    }
    await Promise.all([this.#writing, ...this.#stores.map(({ log }) => log.close())])
    for (const { lock } of this.#stores) lock?.release()
  }

  async #load(disk: Disk, registry: Registry): Promise<void> {
    const { note, port, clusterName } = this.#options
    for (const store of this.#stores) {
      const { path: folder, lock } = await takeMemberFolder(disk, {
        root: store.root,
        port,
        clusterName,
      })
      if (this.#isClosed) {
        lock.release()
        return
      }
      store.lock = lock
      if (store === this.#stores[0]) {
        this.#members = createMembersFile(disk, folder)
        this.#expected = await this.#members.read()
      }
      const { partitions, asides, segments, damaged } = await loadLog(disk, folder, registry)
      store.log.open(folder, segments)
      this.#asides.push(...asides.map((aside) => resumed(store.log, aside)))
      store.loaded = partitions
      for (const id of partitions.keys()) this.#untaken.add(id)
      for (const path of damaged) {
        note(
          'error',
          `${path} is damaged: what it held is taken from other members if they have it`,
        )
      }
      const fragments = [...partitions.values()].flatMap((each) => each.fragments)
      const entries = fragments.reduce((sum, each) => sum + each.fragment.sizes().entries, 0)
      if (entries > 0) note('info', `${folder} holds ${entries} entries of an earlier life`)
    }
    if (this.#untaken.size === 0) this.#settled()
  }

  #settled(): void {
    for (const { log } of this.#stores) log.settled()
  }

  async #writeMembers(): Promise<void> {
    while (this.#unwritten !== undefined) {
      const addresses = this.#unwritten
      this.#unwritten = undefined
      try {
        await this.#members?.write(addresses)
      } catch (thrown) {
        if (!(thrown instanceof EngineError)) throw thrown
        this.#options.note('warn', `${thrown.code} ${thrown.message}`)
        this.#written = ''
      }
    }
    this.#writing = undefined
  }

  #told(failure: EngineError | undefined): void {
    const { note } = this.#options
    if (failure === undefined) note('info', 'Maps are kept on the disk again')
    else note('error', `Maps cannot be kept: ${failure.code} ${failure.message}`)
  }
}

export const createPersistence = (options: PersistenceOptions): Persistence =>
  new GridPersistence(options)
