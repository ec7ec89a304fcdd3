import type { Disk } from '../../../runtime/host/index.ts'

/**
 * Remembers who else holds data, so that after a stop of the whole cluster nobody with older data
 * goes ahead alone.
 */
export interface MembersFile {
  /** The addresses that were last remembered; none where nothing was. */
  read(): Promise<readonly string[]>
  /** Remembers these from now on. Rejects with HST-… where the disk fails. */
  write(addresses: readonly string[]): Promise<void>
}

const FILE = 'members.json'

const parse = (text: string): readonly string[] => {
  const value: unknown = JSON.parse(text)
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []
}

export const createMembersFile = (disk: Disk, folder: string): MembersFile => {
  const path = `${folder}/${FILE}`
  return {
    read: async () => {
      if ((await disk.stat(path)) === undefined) return []
      return parse(new TextDecoder().decode(await disk.readFile(path)))
    },
    write: async (addresses) => {
      await disk.makeFolder(folder)
      await disk.writeFileAtomically(path, new TextEncoder().encode(JSON.stringify(addresses)))
    },
  }
}
