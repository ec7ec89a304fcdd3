import { EngineError } from '../../../runtime/errors/index.ts'
import type { Disk } from '../../../runtime/host/index.ts'
import { joinPath } from './paths.ts'
import type { SinkOptions } from './targets.ts'

/** Does to a target folder what the save modes say. Throws FIL-008. */
export const applySaveModes = async (
  disk: Disk,
  options: SinkOptions,
  folder: string,
): Promise<void> => {
  const { schema_save_mode: schemaMode, data_save_mode: dataMode } = options
  const removes = schemaMode === 'RECREATE_SCHEMA' || dataMode === 'DROP_DATA'
  if (removes && folder === '/') {
    throw new EngineError('FIL-008', 'LocalFile: the save modes would empty the root folder.')
  }
  const found = await disk.stat(folder)
  if (found !== undefined && !found.isFolder) {
    throw new EngineError('FIL-008', `LocalFile: ${folder} is a file; the sink needs a folder.`)
  }
  if (found === undefined && schemaMode === 'ERROR_WHEN_SCHEMA_NOT_EXIST') {
    throw new EngineError('FIL-008', `LocalFile: the folder ${folder} does not exist.`)
  }
  if (dataMode === 'ERROR_WHEN_DATA_EXISTS' && found !== undefined) {
    const file = await firstFile(disk, folder)
    if (file !== undefined) {
      throw new EngineError('FIL-008', `LocalFile: ${folder} holds data already: ${file}.`)
    }
  }
  if (found !== undefined && removes) {
    for (const entry of await disk.list(folder)) await disk.remove(joinPath(folder, entry.name))
  }
  if (schemaMode !== 'IGNORE') await disk.makeFolder(folder)
}

const firstFile = async (disk: Disk, folder: string): Promise<string | undefined> => {
  for (const entry of await disk.list(folder)) {
    const path = joinPath(folder, entry.name)
    const file = entry.isFolder ? await firstFile(disk, path) : path
    if (file !== undefined) return file
  }
  return undefined
}
