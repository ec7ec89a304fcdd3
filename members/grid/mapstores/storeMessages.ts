import type { StoredPair } from './mapStore.ts'

/** What a member asks the thread that runs a user's store. */
export type StoreRequest = { readonly id: number } & (
  | {
      readonly kind: 'open'
      readonly module: string
      readonly mapName: string
      readonly properties: Readonly<Record<string, string>>
    }
  | { readonly kind: 'load'; readonly keys: readonly Uint8Array[] }
  | { readonly kind: 'loadAllKeys' }
  | { readonly kind: 'store'; readonly entries: readonly StoredPair[] }
  | { readonly kind: 'remove'; readonly keys: readonly Uint8Array[] }
)

/** The answer: what was asked for, or the sentence of what the user's code threw. */
export type StoreAnswer =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly failure: string }
