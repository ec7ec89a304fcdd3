import { EngineError } from '../../../runtime/errors/index.ts'
import type { Disk, DiskStat } from '../../../runtime/host/index.ts'
import { joinPath, nameOf } from './paths.ts'
import { modifiedLimit, type FileTable } from './tables.ts'

export interface FoundFile {
  readonly path: string
  readonly sizeBytes: number
}

/**
 * The files of a table in the order of their paths. Empty files, hidden ones and `_SUCCESS` are left
 * out. Throws HST-001 when nothing is at the path, and FIL-006 when a filter leaves no file.
 */
export const findFiles = async (disk: Disk, table: FileTable): Promise<readonly FoundFile[]> => {
  const { path, options } = table
  const root = await disk.stat(path)
  if (root === undefined) {
    throw new EngineError('HST-001', `LocalFile: there is nothing at ${path}.`)
  }
  const accepts = filterOf(table)
  const found: FoundFile[] = []
  let seen = 0
  const visit = async (place: string, stat: DiskStat): Promise<void> => {
    if (!stat.isFolder) {
      if (place !== path && isHidden(nameOf(place))) return
      seen += 1
      if (stat.sizeBytes > 0 && accepts(place, stat)) {
        found.push({ path: place, sizeBytes: stat.sizeBytes })
      }
      return
    }
    for (const entry of await disk.list(place)) {
      if (entry.isFolder && !options.recursive_file_scan) continue
      const inner = joinPath(place, entry.name)
      const innerStat = await disk.stat(inner)
      if (innerStat !== undefined) await visit(inner, innerStat)
    }
  }
  await visit(path, root)
  if (found.length === 0 && seen > 0 && hasFilter(table)) {
    throw new EngineError('FIL-006', `LocalFile: no file in ${path} passes the filters.`)
  }
  return found
}

const isHidden = (name: string): boolean => name === '_SUCCESS' || name.startsWith('.')

const hasFilter = ({ options }: FileTable): boolean =>
  options.file_filter_pattern !== undefined || options.filename_extension !== undefined

type Accepts = (path: string, stat: DiskStat) => boolean

const filterOf = ({ path: root, options }: FileTable): Accepts => {
  const pattern = patternOf(options.file_filter_pattern)
  // A pattern that starts with the path is one of paths, as SeaTunnel has it.
  const isOfPaths = options.file_filter_pattern?.startsWith(root) ?? false
  const extension = options.filename_extension?.replace(/^\.?/, '.')
  const from = modifiedLimit(options.file_filter_modified_start, 'file_filter_modified_start')
  const until = modifiedLimit(options.file_filter_modified_end, 'file_filter_modified_end')
  return (path, stat) =>
    (pattern === undefined || pattern.test(isOfPaths ? path : nameOf(path))) &&
    (extension === undefined || path.endsWith(extension)) &&
    (from === undefined || stat.modifiedAtMs >= from) &&
    (until === undefined || stat.modifiedAtMs < until)
}

const patternOf = (written: string | undefined): RegExp | undefined => {
  if (written === undefined) return undefined
  try {
    return new RegExp(`^(?:${written})$`)
  } catch (cause) {
    throw new EngineError('CFG-005', `LocalFile: file_filter_pattern is no regular expression.`, {
      cause,
    })
  }
}
