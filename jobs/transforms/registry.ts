import type { TransformPlugin } from './contract.ts'

export interface TransformEntry {
  readonly name: string
  readonly load: () => Promise<TransformPlugin>
}

/** Every transform, by its name in lower case: job files may write it in any case. */
export const TRANSFORMS: ReadonlyMap<string, TransformEntry> = new Map(
  ([] as TransformEntry[]).map((entry) => [entry.name.toLowerCase(), entry]),
)
