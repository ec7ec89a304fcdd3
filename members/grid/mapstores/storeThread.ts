import { assert, messageOf } from '../../../runtime/errors/index.ts'
import { absolutePath, createRealHost } from '../../../runtime/host/index.ts'
import { adaptUserStore, type MapStore, type UserMapStore } from './mapStore.ts'
import type { StoreAnswer, StoreRequest } from './storeMessages.ts'

/** What a module of a user exports: a store itself, or how to make one. */
type StoreFactory = (
  mapName: string,
  properties: Readonly<Record<string, string>>,
) => UserMapStore | Promise<UserMapStore>

interface StoreModule extends UserMapStore {
  readonly default?: UserMapStore | StoreFactory
}

const openModule = async (request: Extract<StoreRequest, { kind: 'open' }>): Promise<MapStore> => {
  const module = (await import(absolutePath(request.module))) as StoreModule
  const made = module.default ?? module
  const store = typeof made === 'function' ? await made(request.mapName, request.properties) : made
  return adaptUserStore(store)
}

let store: MapStore | undefined

const perform = async (request: StoreRequest): Promise<unknown> => {
  if (request.kind === 'open') {
    store = await openModule(request)
    return undefined
  }
  assert(store !== undefined, 'a store is opened before it is used')
  switch (request.kind) {
    case 'load':
      return store.load(request.keys)
    case 'loadAllKeys':
      return store.loadAllKeys()
    case 'store':
      return store.store(request.entries)
    case 'remove':
      return store.remove(request.keys)
    default:
      return request satisfies never
  }
}

const port = createRealHost().threads.parent
assert(port !== undefined, 'the module of a store runs in a thread')
port.onMessage((message) => {
  const request = message as StoreRequest
  const { id } = request
  perform(request).then(
    (result) => port.post({ id, result } satisfies StoreAnswer),
    (thrown: unknown) => port.post({ id, failure: messageOf(thrown) } satisfies StoreAnswer),
  )
})
