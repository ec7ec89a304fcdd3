import type { EngineError } from '../../../runtime/errors/index.ts'
import type { Host } from '../../../runtime/host/index.ts'
import type { CallPeer, Piece } from '../../wire/index.ts'
import { type Protections, type ProtectionSettings, settingsOf } from '../settings.ts'
import type { Fragment, Structure } from '../structures/structure.ts'
import type { PartitionRow } from '../table/index.ts'

/** Where the answer of a call goes: over a connection, or to the invoker of this member. */
export type Caller = Pick<CallPeer, 'identity' | 'answer'>

/** A structure under one name, with its fragments by partition. */
export interface Named {
  readonly structure: Structure
  readonly name: string
  /** Undefined where its fragments end with the process. */
  readonly keeper: Keeper | undefined
  /** Undefined where operations run with however few members. */
  readonly protection: ProtectionSettings | undefined
  readonly held: (Held | undefined)[]
  /** Whether anybody listens: events for nobody are not made. */
  hasListeners: boolean
}

/** A fragment that this member holds, as primary or as backup. */
export interface Held {
  readonly named: Named
  readonly partition: Partition
  fragment: Fragment
  /** The term of the primary with which `sequence` was last compared or counted. */
  term: number
  /** Of the last change; unique among the changes of the partition within a term. */
  sequence: number
  /** Whether it is known to be all that the primary had at `sequence`. */
  isWhole: boolean
  /** A copy that is being built beside it; `isFilled` tells that `fragment` itself is filled. */
  build: Fragment | undefined
  isFilled: boolean
  /** The last change that not all backups have: what was seen of it must not be told before. */
  lastPending: Pending | undefined
}

/** An answer, with the events that go before it, that waits until the backups have the change. */
export interface Pending {
  readonly held: Held
  /** Backups that have not acknowledged. */
  remaining: number
  isSettled: boolean
  readonly caller: Caller | undefined
  readonly id: number
  readonly head: Uint8Array
  readonly body: Piece
  readonly events: readonly Uint8Array[] | undefined
  /** Answers to those who have seen the change. */
  followers: Pending[] | undefined
}

/** Answers that wait for backups, and what is told with them. */
export interface Pendings {
  /** One backup less is waited for. */
  lessen(pending: Pending): void
  /** All backups have it, or none is needed. */
  complete(pending: Pending): void
  /** It cannot be answered as it was meant. */
  refuse(pending: Pending, error: EngineError): void
  /** This member is no longer the primary: nobody can say whether the change lasts. */
  abandon(pending: Pending): void
  /** Those that all backups have, but that must not be acknowledged. */
  abandonHeldBack(isMeant: (pending: Pending) => boolean): void
  close(): void
}

/** Writes down what becomes of the fragments of a structure, so that they outlive the process. */
export interface Keeper {
  /** Why changes are refused now. */
  readonly refusal: EngineError | undefined
  /** Whether changes can be written down as fast as they come. */
  readonly hasRoom: boolean
  /**
   * A change was made; the numbers of `held` are already those after it. Where the answer to it waits
   * for the disk, that is one more that `pending` waits for.
   */
  changed(held: Held, effects: Uint8Array, pending: Pending | undefined): void
  copyStarted(held: Held): void
  copied(held: Held, effects: Uint8Array): void
  copyEnded(held: Held): void
  dropped(held: Held): void
  /**
   * It is held no more, but is to be merged into the cluster that this member joins: it outlives the
   * process until that is done. `rescueVersion`: see `MergeHead`.
   */
  setAside(held: Held, rescueVersion: number | undefined): void
  /** What was set aside is merged, or nobody takes it. */
  merged(held: Held): void
  /** This fragment is held again. */
  restored(held: Held, kept: Kept): void
  /** It is not to be held any more. */
  forgot(partition: Partition, kept: Kept): void
}

/** A fragment as it was when the process before this one ended. */
export interface Kept {
  readonly named: Named
  readonly fragment: Fragment
  readonly term: number
  readonly sequence: number
  readonly isWhole: boolean
  /** Where the keeper has it. */
  readonly segment: number
}

/** What this member keeps beyond its end. */
export interface Keepers {
  keeperOf(structure: Structure, name: string): Keeper | undefined
  /** What was kept of a partition, once: whoever calls restores or forgets each. */
  take(partition: Partition): readonly Kept[]
  /** The row of a partition is another one. */
  rowChanged(partition: Partition): void
  /** Whether this backup has all that the primary of the present row has. */
  compared(partition: Partition, isEqual: boolean): void
  /** Something that others wait for is not on the disk yet. */
  readonly isBehind: boolean
  afterSync(callback: () => void): void
  release(isMeant: (pending: Pending) => boolean, release: (pending: Pending) => void): void
}

/** What the primary knows of a holder for the present row. */
export interface Holder {
  isEqual: boolean
  /** When it was last asked; it is asked again when its answer is lost. */
  askedAtMs: number
}

/** What this member knows of a partition. */
export interface Partition {
  readonly id: number
  row: PartitionRow | undefined
  isPrimary: boolean
  /** This member holds what has at least so many backups: 0 for the primary, Infinity for nobody. */
  place: number
  /** The version of the row that made this member the primary. */
  term: number
  /** The last number that was given to a change here. */
  sequence: number
  /** The version of the row that it stopped serving, to hand it over. */
  frozenVersion: number | undefined
  /** Whether it has told the master that it is frozen and idle. */
  isFrozenTold: boolean
  /** Changes that not all backups have acknowledged. */
  pendingCount: number
  readonly held: Map<Named, Held>
  readonly holders: Map<string, Holder>
  isInSync: boolean
}

export const createPartition = (id: number): Partition => ({
  id,
  row: undefined,
  isPrimary: false,
  place: Infinity,
  term: 0,
  sequence: 0,
  frozenVersion: undefined,
  isFrozenTold: false,
  pendingCount: 0,
  held: new Map(),
  holders: new Map(),
  isInSync: false,
})

/** The structures in use here, by service and name. */
export interface Registry {
  readonly partitions: readonly Partition[]
  /** Undefined where no structure has this id. */
  find(serviceId: number, name: string): Named | undefined
  /** The fragment, made empty if it is not there. */
  hold(named: Named, partition: Partition): Held
  /** Holds a fragment that was kept. */
  restore(kept: Kept, partition: Partition): void
  /** Closes a fragment that was kept and is not to be held. */
  forget(kept: Kept, partition: Partition): void
  /** An empty fragment that is not held yet. */
  create(named: Named, partition: Partition): Fragment
  drop(held: Held): void
  /** It is held no more, is now the caller's to close, and is kept until its keeper is told more. */
  setAside(held: Held, rescueVersion: number | undefined): void
  dropAll(): void
  all(): IterableIterator<Named>
}

export interface RegistryOptions {
  readonly host: Host
  readonly partitionCount: number
  readonly structures: readonly Structure[]
  readonly onWake: (named: Named, partition: Partition, key: string, countMax?: number) => void
  /** A fragment with more copies than any before. */
  readonly onCopies: (copies: number) => void
  readonly onDrop: (held: Held) => void
  readonly keeperOf: (structure: Structure, name: string) => Keeper | undefined
  readonly protections: Protections
}

const protectionOf = (
  protections: Protections,
  structure: Structure,
  name: string,
): ProtectionSettings | undefined =>
  settingsOf(protections[structure.name] ?? {}, name, { protection: undefined }).protection

/** A name of a structure, with what its settings say. */
const namedBy = (
  { keeperOf, protections }: RegistryOptions,
  structure: Structure,
  name: string,
): Pick<Named, 'structure' | 'name' | 'keeper' | 'protection'> => ({
  structure,
  name,
  keeper: keeperOf(structure, name),
  protection: protectionOf(protections, structure, name),
})

interface Service {
  readonly structure: Structure
  readonly names: Map<string, Named>
}

const servicesOf = (structures: readonly Structure[]): (Service | undefined)[] => {
  const byId: (Service | undefined)[] = []
  for (const structure of structures) byId[structure.serviceId] = { structure, names: new Map() }
  return byId
}

const NOT_COPYING = { build: undefined, isFilled: false, lastPending: undefined }

const unlink = (held: Held): void => {
  const { named, partition } = held
  partition.held.delete(named)
  named.held[partition.id] = undefined
  held.build?.close()
  held.build = undefined
}

export const createRegistry = (options: RegistryOptions): Registry => {
  const { host, partitionCount, structures, onWake, onCopies, onDrop } = options
  let copiesMost = 0
  const byService = servicesOf(structures)
  const partitions = Array.from({ length: partitionCount }, (_, id) => createPartition(id))
  const create: Registry['create'] = (named, partition) =>
    named.structure.createFragment({
      host,
      name: named.name,
      partition: partition.id,
      wake: (key, countMax) => onWake(named, partition, key, countMax),
    })
  const drop = (held: Held): void => {
    unlink(held)
    held.named.keeper?.dropped(held)
    onDrop(held)
    held.fragment.close()
  }
  const add = (held: Held): Held => {
    const { named, partition } = held
    named.held[partition.id] = held
    partition.held.set(named, held)
    if (copiesOf(held) > copiesMost) onCopies((copiesMost = copiesOf(held)))
    return held
  }
  return {
    partitions,
    find: (serviceId, name) => {
      const service = byService[serviceId]
      const known = service?.names.get(name)
      if (known !== undefined || service === undefined) return known
      const held = new Array<Held | undefined>(partitionCount).fill(undefined)
      const named: Named = {
        ...namedBy(options, service.structure, name),
        held,
        hasListeners: false,
      }
      service.names.set(name, named)
      return named
    },
    hold: (named, partition) => {
      const known = named.held[partition.id]
      if (known !== undefined) return known
      const { term } = partition
      const fragment = create(named, partition)
      return add({ named, partition, fragment, term, sequence: 0, isWhole: true, ...NOT_COPYING })
    },
    restore: (kept, partition) => {
      const { segment: _, ...known } = kept
      kept.named.keeper?.restored(add({ partition, ...known, ...NOT_COPYING }), kept)
    },
    forget: (kept, partition) => {
      kept.named.keeper?.forgot(partition, kept)
      kept.fragment.close()
    },
    create,
    drop,
    setAside: (held, rescueVersion) => {
      unlink(held)
      held.named.keeper?.setAside(held, rescueVersion)
      onDrop(held)
    },
    dropAll: () => {
      for (const partition of partitions) for (const held of partition.held.values()) drop(held)
    },
    all: function* all() {
      for (const service of byService) if (service !== undefined) yield* service.names.values()
    },
  }
}

export const copiesOf = ({ fragment }: Held): number =>
  fragment.backupCount + fragment.asyncBackupCount

/** Whether this member has to hold a fragment, by the present row. */
export const isHolder = (held: Held): boolean => copiesOf(held) >= held.partition.place

const placeIn = (ids: readonly string[] | undefined, selfId: string): number => {
  const at = ids?.indexOf(selfId) ?? -1
  return at < 0 ? Infinity : at
}

/** The place of a member in a row: it holds what has at least so many backups. */
export const placeOf = (row: PartitionRow, selfId: string): number =>
  Math.min(placeIn(row.replicas, selfId), placeIn(row.next, selfId))
