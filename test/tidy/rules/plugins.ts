import type { Rule, SourceFile } from '../sources.ts'

const PLUGIN_FOLDER = /^jobs\/(connectors|transforms)\/([^/]+)\//

const foldersOf = (files: readonly SourceFile[]): readonly string[] => [
  ...new Set(files.flatMap(({ path }) => PLUGIN_FOLDER.exec(path)?.[0] ?? [])),
]

/** Every connector and transform has a door, its options in spec.ts, a place in the registry and a test. */
export const pluginsAreComplete: Rule = (files) => {
  const paths = new Set(files.map(({ path }) => path))
  const textOf = (path: string): string => files.find((file) => file.path === path)?.text ?? ''
  return foldersOf(files).flatMap((folder) => {
    const [, kind, name] = PLUGIN_FOLDER.exec(folder)!
    const registered = textOf(`jobs/${kind}/registry.ts`).includes(`'./${name}/index.ts'`)
    const hasTest = files.some(
      ({ path, text }) =>
        path.startsWith('test/jobs/') && path.endsWith('.test.ts') && text.includes(folder),
    )
    return [
      ...(paths.has(`${folder}index.ts`) ? [] : [`${folder} has no index.ts`]),
      ...(paths.has(`${folder}spec.ts`) ? [] : [`${folder} has no spec.ts with its options`]),
      ...(registered ? [] : [`${folder} is not in jobs/${kind}/registry.ts`]),
      ...(hasTest ? [] : [`${folder} has no test under test/jobs/ that imports it`]),
    ]
  })
}
