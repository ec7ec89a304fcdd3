import { readFileSync } from 'node:fs'
import { join, posix } from 'node:path'

/** A text file of the project, as the rules see it. */
export interface SourceFile {
  /** From the root of the project, with `/`. */
  readonly path: string
  readonly text: string
}

/** A rule answers with one line a violation; none when all is well. */
export type Rule = (files: readonly SourceFile[]) => readonly string[]

export const PROJECT_ROOT = join(import.meta.dir, '..', '..')

const TEXT_FILES = /\.(ts|tsx|json|md|conf|sql|yaml|yml|csv|txt|html|css)$|(^|\/)(LICENSE|run)$/

/** All text files under version control or about to be. */
export const readProject = (): readonly SourceFile[] => {
  const listed = Bun.spawnSync(
    ['git', 'ls-files', '--cached', '--others', '--exclude-standard', '--deduplicate'],
    { cwd: PROJECT_ROOT },
  )
  if (!listed.success) throw new Error(`git ls-files: ${listed.stderr.toString()}`)
  return listed.stdout
    .toString()
    .split('\n')
    .filter((path) => TEXT_FILES.test(path) && Bun.file(join(PROJECT_ROOT, path)).size > 0)
    .map((path) => ({ path, text: readFileSync(join(PROJECT_ROOT, path), 'utf8') }))
}

export const AREAS = ['runtime', 'members', 'jobs', 'deploy'] as const
export type Area = (typeof AREAS)[number]

export const isTypeScript = (file: SourceFile): boolean => /\.tsx?$/.test(file.path)

/** TypeScript of the product itself: not the tests. */
export const isProduct = (file: SourceFile): boolean =>
  isTypeScript(file) && AREAS.some((area) => file.path.startsWith(`${area}/`))

export const isTest = (file: SourceFile): boolean =>
  isTypeScript(file) && file.path.startsWith('test/')

/** A thread is started from the path of its module, from the root of the project. */
const MODULE_PATH = /'((?:runtime|members|jobs|deploy)\/[\w/.-]+\.ts)'/g

const IMPORTS = [
  /^\s*(?:import|export)\b[^'"`;]*?\bfrom\s+'([^']+)'/gm,
  /^\s*import\s+'([^']+)'/gm,
  /\bimport\(\s*'([^']+)'/g,
  /\bnew URL\(\s*'(\.[^']+)',\s*import\.meta\.url/g,
]

/** What a file imports, types too: `path` is set for files of the project. */
export interface Import {
  readonly specifier: string
  readonly path: string | undefined
}

export const importsOf = (file: SourceFile): readonly Import[] =>
  IMPORTS.flatMap((pattern) => [...file.text.matchAll(pattern)]).map(([, specifier]) => ({
    specifier: specifier!,
    path: specifier!.startsWith('.') ? posix.join(posix.dirname(file.path), specifier!) : undefined,
  }))

/** The code of a file without comments and types. */
export const codeOf = (file: SourceFile): string =>
  new Bun.Transpiler({ loader: file.path.endsWith('x') ? 'tsx' : 'ts' }).transformSync(file.text)

/** Modules that a file names by their path, to start them as threads. */
export const namedModulesOf = (file: SourceFile): readonly string[] =>
  [...file.text.matchAll(MODULE_PATH)].map(([, path]) => path!)
