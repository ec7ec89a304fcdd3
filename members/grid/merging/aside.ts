import type { Held, Registry } from '../replication/index.ts'
import type { Fragment, Merging } from '../structures/structure.ts'

/** A fragment of a cluster that was given up: nobody changes it any more. */
export interface AsideFragment {
  readonly serviceId: number
  /** Of the structure, as users know it. */
  readonly service: string
  readonly name: string
  readonly partition: number
  readonly fragment: Fragment
  readonly merging: Merging
  /** See `MergeHead`. */
  readonly rescueVersion: number | undefined
  /** It is merged: it need not outlive the process any more. */
  done(): void
}

export interface AsideOptions {
  readonly registry: Registry
  readonly selfId: string
  /** Members of the view that was given up. */
  readonly memberIds: ReadonlySet<string>
  /** Data counts only where the other side has lost its own. */
  readonly isRescue: boolean
}

/** A fragment as it is set aside; undefined where nothing of it can be merged. */
export const asideOf = (
  held: Held,
  rescueVersion: number | undefined,
): AsideFragment | undefined => {
  const { fragment, named, partition } = held
  const { merging } = fragment
  if (merging === undefined || fragment.isEmpty()) return undefined
  if (merging.policy === 'discard' && rescueVersion === undefined) return undefined
  return {
    serviceId: named.structure.serviceId,
    service: named.structure.name,
    name: named.name,
    partition: partition.id,
    fragment,
    merging,
    rescueVersion,
    done: () => named.keeper?.merged(held),
  }
}

/**
 * Takes out of the registry what is not to be dropped with the rest. Nothing is copied. For a merge
 * these are the fragments of which this member is the first holder that was still in the view. For a
 * rescue they are all: where the data is lost it may be the only one left that has it, and where it
 * is not the first batch is all that is sent.
 */
export const setAside = (options: AsideOptions): AsideFragment[] => {
  const { registry, selfId, memberIds, isRescue } = options
  const taken: AsideFragment[] = []
  for (const partition of registry.partitions) {
    const first = partition.row?.replicas.find((id) => memberIds.has(id))
    if (partition.row === undefined || (first !== selfId && !isRescue)) continue
    for (const held of partition.held.values()) {
      const aside = asideOf(held, isRescue ? partition.row.version : undefined)
      if (aside === undefined) continue
      registry.setAside(held, aside.rescueVersion)
      taken.push(aside)
    }
  }
  return taken
}
