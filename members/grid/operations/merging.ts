import { WireFault } from '../../wire/index.ts'
import type { ByteSink } from '../bytes/index.ts'
import type { Held } from '../replication/index.ts'
import { lostVersionOf } from '../table/index.ts'
import type { FragmentCall } from '../structures/structure.ts'

/** The operation that takes in a batch of another cluster, of every structure that can. */
export const MERGE_OPERATION = 255

/** What a batch is told with. */
export interface MergeHead {
  /**
   * The version of the row under which the sender held the partition, where its data only counts if
   * the partition was lost since; undefined where the policy of the structure decides.
   */
  readonly rescueVersion: number | undefined
  readonly isFirst: boolean
}

const NO_RESCUE = -1

/** The batch itself follows. */
export const writeMergeHead = (sink: ByteSink, { rescueVersion, isFirst }: MergeHead): void => {
  sink.f64(rescueVersion ?? NO_RESCUE)
  sink.flag(isFirst)
}

const isLostSince = ({ fragment, partition }: Held, version: number): boolean =>
  partition.row !== undefined &&
  lostVersionOf(partition.row, fragment.backupCount + fragment.asyncBackupCount) > version

/** → how much of a batch was taken (u32), and whether more of the fragment is wanted. */
export const executeMerge = (held: Held, call: FragmentCall): void => {
  const { fragment, named } = held
  const { arguments: source, result } = call
  const rescueVersion = source.f64()
  const isFirst = source.flag()
  const { merging } = fragment
  if (merging === undefined) throw new WireFault(`A ${named.structure.name} cannot be merged`)
  const isRescue = rescueVersion !== NO_RESCUE
  const isWanted = !isRescue || isLostSince(held, rescueVersion)
  const policy = isRescue ? 'put-if-absent' : merging.policy
  const taken = isWanted ? merging.merge(call, policy, isFirst) : 0
  result.u32(taken)
  result.flag(isWanted && !(merging.isWhole && isFirst && taken === 0))
}
