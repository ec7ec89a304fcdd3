/** A path as the disk takes it: without the scheme `file:` and without a slash at its end. */
export const diskPath = (written: string): string => {
  const path = written.trim().replace(/^file:(?:\/\/(?=\/))?/, '')
  return path.length > 1 ? path.replace(/\/+$/, '') || '/' : path
}

export const joinPath = (folder: string, ...names: readonly string[]): string =>
  [folder === '/' ? '' : folder, ...names.filter((name) => name !== '')].join('/')

export const folderOf = (path: string): string => {
  const at = path.lastIndexOf('/')
  return at < 0 ? '.' : path.slice(0, at) || '/'
}

export const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/** The partition columns that the folders of a path name, as in `/data/day=2024-01-26/a.csv`. */
export const partitionsOf = (path: string): ReadonlyMap<string, string> => {
  const partitions = new Map<string, string>()
  for (const folder of path.split('/')) {
    const at = folder.indexOf('=')
    if (at > 0) partitions.set(folder.slice(0, at), unescapePath(folder.slice(at + 1)))
  }
  return partitions
}

/** The text of a null in the name of a partition folder, as in Hive. */
export const NULL_PARTITION = '__HIVE_DEFAULT_PARTITION__'

/** Characters that would change the folder, as Hive escapes them. */
const UNSAFE = /[\p{Cc}"#%'*/:=?\\{[\]^]/gu

/** A value as the name of one folder: it cannot lead to another place. */
export const escapePath = (value: string): string => {
  if (value === '.' || value === '..') return value.replaceAll('.', '%2E')
  return value.replace(
    UNSAFE,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  )
}

const unescapePath = (value: string): string =>
  value.replace(/%([0-9A-F]{2})/g, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  )
