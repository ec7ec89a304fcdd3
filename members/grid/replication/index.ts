export { createReplicator, type Replicator } from './replicator.ts'
export {
  type Caller,
  createRegistry,
  type Held,
  isHolder,
  type Keeper,
  type Keepers,
  type Kept,
  type Named,
  type Partition,
  type Pending,
  type Pendings,
  type Registry,
} from './state.ts'
