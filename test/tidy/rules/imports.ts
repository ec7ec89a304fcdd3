import { posix } from 'node:path'
import {
  AREAS,
  importsOf,
  isProduct,
  isTest,
  namedModulesOf,
  type Rule,
  type SourceFile,
} from '../sources.ts'

const areaOf = (path: string): number => AREAS.findIndex((area) => path.startsWith(`${area}/`))

/** runtime <- members <- jobs <- deploy; nothing of the product imports test. */
export const importDirection: Rule = (files) =>
  files.filter(isProduct).flatMap((file) =>
    importsOf(file)
      .filter(({ path }) => path !== undefined && path.includes('/'))
      .filter(({ path }) => areaOf(path!) < 0 || areaOf(path!) > areaOf(file.path))
      .map(({ path }) => `${file.path} imports ${path}, which lies above it`),
  )

const foldersOf = (path: string): string[] => {
  const parts = posix.dirname(path).split('/')
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'))
}

/**
 * From outside a folder only its index.ts is imported. A folder without one belongs to the feature
 * above it; the features right under an area must have one.
 */
export const oneDoor: Rule = (files) => {
  const paths = new Set(files.map((file) => file.path))
  return files.filter(isProduct).flatMap((file) => {
    const inside = new Set(foldersOf(file.path))
    return importsOf(file).flatMap(({ path }) => {
      if (path === undefined || areaOf(path) < 0) return []
      const entered = foldersOf(path).filter((folder) => !inside.has(folder))
      const feature = entered.find(
        (folder) => folder.split('/').length === 2 || paths.has(`${folder}/index.ts`),
      )
      const door = `${feature}/index.ts`
      return feature === undefined || path === door
        ? []
        : [`${file.path} imports ${path}, past the door ${door}`]
    })
  })
}

/** Only an index.ts passes on what other files export, and it names each thing. */
export const noBarrels: Rule = (files) =>
  files.filter(isProduct).flatMap((file) => {
    if (/^export \*/m.test(file.text)) return [`${file.path} exports * from another file`]
    const passesOn = /^export (type )?\{[^}]*\} from /m.test(file.text)
    return passesOn && !file.path.endsWith('/index.ts')
      ? [`${file.path} passes on exports of another file but is not an index.ts`]
      : []
  })

/** Where programs start: nothing imports these. */
const ROOTS = new Set([
  'deploy/index.ts',
  'deploy/cli/main.ts',
  'deploy/compile.ts',
  'deploy/cluster.ts',
])

const importedBy = (files: readonly SourceFile[]): ReadonlySet<string | undefined> =>
  new Set(
    files.flatMap((file) => [...importsOf(file).map(({ path }) => path), ...namedModulesOf(file)]),
  )

/**
 * Every file is imported by another file of the product; nothing lies around unused. The door of a
 * feature that is not yet built in is imported by its tests at least.
 */
/** Jobs that users run. */
const EXAMPLE = /^jobs\/examples\//

export const noDeadFiles: Rule = (files) => {
  const imported = importedBy(files.filter(isProduct))
  const tested = importedBy(files.filter(isTest))
  const isUsed = (path: string): boolean =>
    ROOTS.has(path) ||
    EXAMPLE.test(path) ||
    imported.has(path) ||
    (path.endsWith('/index.ts') && tested.has(path))
  return files
    .filter((file) => isProduct(file) && !isUsed(file.path))
    .map((file) => `${file.path} is imported by nothing`)
}
