import type { TransformPlugin } from './contract.ts'

export interface TransformEntry {
  readonly name: string
  readonly load: () => Promise<TransformPlugin>
}

const ENTRIES: readonly TransformEntry[] = [
  { name: 'Copy', load: async () => (await import('./copy/index.ts')).copy },
  { name: 'FieldMapper', load: async () => (await import('./fieldmapper/index.ts')).fieldMapper },
  { name: 'Filter', load: async () => (await import('./filter/index.ts')).filter },
  {
    name: 'FilterRowKind',
    load: async () => (await import('./filterrowkind/index.ts')).filterRowKind,
  },
  { name: 'Replace', load: async () => (await import('./replace/index.ts')).replace },
  { name: 'Split', load: async () => (await import('./split/index.ts')).split },
  { name: 'Sql', load: async () => (await import('./sql/index.ts')).sql },
]

/** Every transform, by its name in lower case: job files may write it in any case. */
export const TRANSFORMS: ReadonlyMap<string, TransformEntry> = new Map(
  ENTRIES.map((entry) => [entry.name.toLowerCase(), entry]),
)
