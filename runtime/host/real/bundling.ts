import type { BundleProblem, Modules } from '../modules.ts'

const NAMESPACE = 'virtual'

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** Answers imports of `virtual` modules with their texts. */
const virtualModules = (virtual: Readonly<Record<string, string>>): Bun.BunPlugin => ({
  name: NAMESPACE,
  setup: (build) => {
    const names = Object.keys(virtual).map(escaped).join('|')
    build.onResolve({ filter: new RegExp(`^(?:${names})$`) }, ({ path }) => ({
      path,
      namespace: NAMESPACE,
    }))
    build.onLoad({ filter: /.*/, namespace: NAMESPACE }, ({ path }) => ({
      contents: virtual[path]!,
      loader: 'js',
    }))
  },
})

interface BuildLog {
  readonly message: string
  readonly position?: {
    readonly file: string
    readonly line: number
    readonly column: number
  } | null
}

const problemOf = ({ message, position }: BuildLog): BundleProblem => ({
  message,
  file: position?.file,
  line: position?.line,
  column: position?.column,
})

const logsOf = (thrown: unknown): readonly BuildLog[] => {
  if (thrown instanceof AggregateError) return thrown.errors as BuildLog[]
  throw thrown
}

interface SourceMap {
  readonly version: number
  readonly sources: readonly string[]
  readonly mappings: string
  readonly names: readonly string[]
}

const DEBUG_ID = /\n\/\/# debugId=\w+\s*$/

/**
 * A bundle with its source map inside, for the places in stacks. The texts of the sources are left
 * out, and the file, which is the last source, is called by its name: paths make no difference.
 */
const withSourceMap = (text: string, map: SourceMap, name: string): string => {
  const path = map.sources.at(-1)!
  const sources = map.sources.with(map.sources.length - 1, name)
  const { version, mappings, names } = map
  const sourcesContent = sources.map(() => null)
  const json = JSON.stringify({ version, sources, sourcesContent, names, mappings })
  const body = text.replace(DEBUG_ID, '').replace(`\n// ${path}\n`, () => `\n// ${name}\n`)
  const encoded = new TextEncoder().encode(json).toBase64()
  return `${body}\n//# sourceMappingURL=data:application/json;base64,${encoded}\n`
}

/** Bundles with the bundler of Bun. */
export const bundle: Modules['bundle'] = async (path, { name, virtual }) => {
  try {
    const built = await Bun.build({
      entrypoints: [path],
      target: 'bun',
      format: 'esm',
      sourcemap: 'external',
      plugins: [virtualModules(virtual)],
    })
    const [module, map] = built.outputs
    const sourceMap = (await map!.json()) as SourceMap
    return { kind: 'bundled', text: withSourceMap(await module!.text(), sourceMap, name) }
  } catch (thrown) {
    return { kind: 'failed', problems: logsOf(thrown).map(problemOf) }
  }
}
