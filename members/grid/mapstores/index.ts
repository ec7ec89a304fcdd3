export {
  adaptUserStore,
  type MapStore,
  type UserMapStore,
  type UserMapStoreFactory,
} from './mapStore.ts'
export { openMapStore } from './openStore.ts'
export { type SharedStore, shareStore } from './sharedStore.ts'
