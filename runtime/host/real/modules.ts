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

/** The module loader and the bundler of Bun. */
export const realModules: Modules = {
  load: (path) => import(Bun.pathToFileURL(path).href) as Promise<Record<string, unknown>>,
  bundle: async (path, virtual) => {
    try {
      const built = await Bun.build({
        entrypoints: [path],
        target: 'bun',
        format: 'esm',
        plugins: [virtualModules(virtual)],
      })
      return { kind: 'bundled', text: await built.outputs[0]!.text() }
    } catch (thrown) {
      return { kind: 'failed', problems: logsOf(thrown).map(problemOf) }
    }
  },
}
