import { isTest, type Rule, type SourceFile } from '../sources.ts'

const PLUGIN_FOLDER = /^jobs\/(connectors|transforms)\/([^/]+)\//
const DEFINITION = /\bdefine(?:Source|Sink|Transform)\(/

/** The folders that define a connector or transform; others beside them hold what several share. */
const foldersOf = (files: readonly SourceFile[]): readonly string[] => [
  ...new Set(
    files
      .filter(({ text }) => DEFINITION.test(text))
      .flatMap(({ path }) => PLUGIN_FOLDER.exec(path)?.[0] ?? []),
  ),
]

/** Every connector and transform has a door, its options in spec.ts, a place in the registry and a test. */
export const pluginsAreComplete: Rule = (files) => {
  const paths = new Set(files.map(({ path }) => path))
  const textOf = (path: string): string => files.find((file) => file.path === path)?.text ?? ''
  const tests = files.filter((file) => isTest(file) && file.path.startsWith('test/jobs/'))
  return foldersOf(files).flatMap((folder) => {
    const [, kind, name] = PLUGIN_FOLDER.exec(folder)!
    const registered = textOf(`jobs/${kind}/registry.ts`).includes(`'./${name}/index.ts'`)
    const mention = new RegExp(`['"\`/]${name}['"\`/]|\\b${name} \\{`, 'i')
    return [
      ...(paths.has(`${folder}index.ts`) ? [] : [`${folder} has no index.ts`]),
      ...(paths.has(`${folder}spec.ts`) ? [] : [`${folder} has no spec.ts with its options`]),
      ...(registered ? [] : [`${folder} is not in jobs/${kind}/registry.ts`]),
      ...(tests.some(({ text }) => mention.test(text))
        ? []
        : [`${folder} has no test under test/jobs/ that names it`]),
    ]
  })
}
