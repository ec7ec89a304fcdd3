import type { TransformPlugin } from './contract.ts'

export interface TransformEntry {
  readonly name: string
  readonly load: () => Promise<TransformPlugin>
}

const ENTRIES: readonly TransformEntry[] = [
  { name: 'Copy', load: async () => (await import('./copy/index.ts')).copy },
  {
    name: 'DataValidator',
    load: async () => (await import('./datavalidator/index.ts')).dataValidator,
  },
  {
    name: 'DefineSinkType',
    load: async () => (await import('./definesinktype/index.ts')).defineSinkType,
  },
  { name: 'FieldMapper', load: async () => (await import('./fieldmapper/index.ts')).fieldMapper },
  { name: 'FieldRename', load: async () => (await import('./fieldrename/index.ts')).fieldRename },
  { name: 'Filter', load: async () => (await import('./filter/index.ts')).filter },
  {
    name: 'FilterRowKind',
    load: async () => (await import('./filterrowkind/index.ts')).filterRowKind,
  },
  { name: 'JsonPath', load: async () => (await import('./jsonpath/index.ts')).jsonPath },
  { name: 'Metadata', load: async () => (await import('./metadata/index.ts')).metadata },
  {
    name: 'RegexExtract',
    load: async () => (await import('./regexextract/index.ts')).regexExtract,
  },
  { name: 'Replace', load: async () => (await import('./replace/index.ts')).replace },
  {
    name: 'RowKindExtractor',
    load: async () => (await import('./rowkindextractor/index.ts')).rowKindExtractor,
  },
  { name: 'Split', load: async () => (await import('./split/index.ts')).split },
  { name: 'Sql', load: async () => (await import('./sql/index.ts')).sql },
  { name: 'TableFilter', load: async () => (await import('./tablefilter/index.ts')).tableFilter },
  { name: 'TableMerge', load: async () => (await import('./tablemerge/index.ts')).tableMerge },
  { name: 'TableRename', load: async () => (await import('./tablerename/index.ts')).tableRename },
]

/** Every transform, by its name in lower case: job files may write it in any case. */
export const TRANSFORMS: ReadonlyMap<string, TransformEntry> = new Map(
  ENTRIES.map((entry) => [entry.name.toLowerCase(), entry]),
)
