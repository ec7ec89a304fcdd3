import { connectGrid, DEFAULT_CLIENT, type Grid } from '../../../members/grid/index.ts'
import { EngineError } from '../../../runtime/errors/index.ts'
import type { ConnectorContext } from '../contract.ts'
import type { GridMapSinkOptions } from './spec.ts'

type Access = Pick<GridMapSinkOptions, 'cluster_members' | 'cluster_name' | 'cluster_secret'>

/**
 * The grid that a job reads or writes: the one that is named, or that of the cluster that runs it.
 * Whoever asks closes it. Throws CON-003 where there is none.
 */
export const openGrid = async (
  { cluster_members: members, cluster_name: clusterName, cluster_secret: secret }: Access,
  { host, grid }: ConnectorContext,
): Promise<Grid> => {
  if (members !== undefined) {
    return connectGrid(host, { ...DEFAULT_CLIENT, members, clusterName, secret: secret ?? '' })
  }
  if (grid !== undefined) return connectGrid(host, grid)
  throw new EngineError(
    'CON-003',
    'GridMap: this job runs in no cluster; name one with `cluster_members`.',
  )
}
