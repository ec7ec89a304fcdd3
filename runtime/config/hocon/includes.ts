import type { Diagnostics, Place } from '../../errors/index.ts'
import { messageOf } from '../../errors/index.ts'
import type { Disk } from '../../host/index.ts'
import { decodeText } from '../text.ts'
import { placesIn } from './cursor.ts'
import { parseHocon } from './parser.ts'
import type { HoconInclude, HoconObject, HoconPiece } from './syntax.ts'

/** Deeper chains of includes are refused. */
const INCLUDE_DEPTH_MAX = 20
/** More files than this are refused, counting one that is included twice twice. */
const INCLUDE_COUNT_MAX = 1000
/** What is tried for a name without one of them. */
const SUFFIXES = ['', '.conf', '.json']

/** Reads all files that a text includes, and those that they include, before anything is merged. */
export const loadIncludes = async (
  root: HoconObject,
  rootFile: string,
  disk: Pick<Disk, 'stat' | 'readFile'> | undefined,
  diagnostics: Diagnostics,
): Promise<(include: HoconInclude) => HoconObject | undefined> => {
  const loaded = new Map<HoconInclude, HoconObject>()
  let count = 0
  const load = async (syntax: HoconObject, from: string, chain: readonly string[]) => {
    for (const include of includesIn(syntax)) {
      const path = besideFile(from, include.file)
      count += 1
      if (count > INCLUDE_COUNT_MAX + 1) return
      if (disk === undefined || chain.length > INCLUDE_DEPTH_MAX || count > INCLUDE_COUNT_MAX) {
        diagnostics.error('CFG-007', refusal(include, disk === undefined), include.at)
        continue
      }
      const found = await findFile(disk, path)
      if (found === undefined) {
        reportMissing(include, path, diagnostics)
        continue
      }
      if (chain.includes(found)) {
        const message = `\`${include.file}\` includes itself: ${[...chain, found].join(' > ')}.`
        diagnostics.error('CFG-007', message, include.at)
        continue
      }
      const content = await readInclude(disk, found, include.at, diagnostics)
      if (content === undefined) continue
      loaded.set(include, content)
      await load(content, found, [...chain, found])
    }
  }
  await load(root, rootFile, [besideFile(rootFile, rootFile.replace(/^.*[/\\]/, ''))])
  return (include) => loaded.get(include)
}

const refusal = (include: HoconInclude, noDisk: boolean): string =>
  noDisk
    ? `\`${include.file}\` cannot be included: this text did not come from a file.`
    : 'Too many includes; put the texts together.'

const reportMissing = (include: HoconInclude, path: string, diagnostics: Diagnostics): void => {
  const message = `The included file \`${path}\` does not exist.`
  if (include.required) diagnostics.error('CFG-007', message, include.at)
  else diagnostics.warning('CFG-007', `${message} It is left out.`, include.at)
}

const findFile = async (disk: Pick<Disk, 'stat'>, path: string): Promise<string | undefined> => {
  for (const suffix of SUFFIXES) {
    const stat = await disk.stat(path + suffix)
    if (stat !== undefined && !stat.isFolder) return path + suffix
  }
  return undefined
}

const readInclude = async (
  disk: Pick<Disk, 'readFile'>,
  path: string,
  at: Place,
  diagnostics: Diagnostics,
): Promise<HoconObject | undefined> => {
  try {
    const text = decodeText(await disk.readFile(path), path)
    return parseHocon(text, placesIn(text, path), diagnostics, path.endsWith('.json'))
  } catch (thrown) {
    diagnostics.error('CFG-007', `Cannot include \`${path}\`: ${messageOf(thrown)}`, at)
    return undefined
  }
}

/** A name as the file `from` means it, without `.` and `..`. */
const besideFile = (from: string, name: string): string => {
  const isAbsolute = /^([/\\]|[A-Za-z]:)/.test(name)
  const folder = from.includes('/') ? from.slice(0, from.lastIndexOf('/') + 1) : ''
  const parts: string[] = []
  for (const part of (isAbsolute ? name : folder + name).split('/')) {
    if (part === '.' || (part === '' && parts.length > 0)) continue
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..' && parts.at(-1) !== '')
      parts.pop()
    else parts.push(part)
  }
  return parts.join('/')
}

const includesIn = (object: HoconObject): HoconInclude[] =>
  object.fields.flatMap((field) =>
    field.kind === 'include' ? [field] : field.value.pieces.flatMap(includesInPiece),
  )

const includesInPiece = (piece: HoconPiece): HoconInclude[] => {
  if (piece.kind === 'object') return includesIn(piece)
  if (piece.kind !== 'array') return []
  return piece.items.flatMap((item) => item.pieces.flatMap(includesInPiece))
}
