import type { Registry } from './replication/index.ts'

/** How much of a structure this member holds. */
export interface StructureSizes {
  readonly service: string
  readonly name: string
  readonly ownedEntries: number
  readonly ownedBytes: number
  readonly backupEntries: number
  readonly backupBytes: number
}

export const sizesOf = (registry: Registry): StructureSizes[] => {
  const found: StructureSizes[] = []
  for (const { structure, name, held } of registry.all()) {
    const sizes = { ownedEntries: 0, ownedBytes: 0, backupEntries: 0, backupBytes: 0 }
    for (const one of held) {
      if (one === undefined) continue
      const { entries, bytes } = one.fragment.sizes()
      if (one.partition.isPrimary) {
        sizes.ownedEntries += entries
        sizes.ownedBytes += bytes
      } else {
        sizes.backupEntries += entries
        sizes.backupBytes += bytes
      }
    }
    found.push({ service: structure.name, name, ...sizes })
  }
  return found
}
