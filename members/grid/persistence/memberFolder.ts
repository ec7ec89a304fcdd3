import type { Disk, DiskLock } from '../../../runtime/host/index.ts'

/** The folder that one member alone uses, until it releases it or ends. */
export interface MemberFolder {
  readonly path: string
  readonly lock: DiskLock
}

const PATTERN = /^member-\d+(-\d+)?$/
const LOCK_FILE = 'lock'

const take = async (disk: Disk, path: string): Promise<MemberFolder | undefined> => {
  await disk.makeFolder(path)
  const lock = await disk.lock(`${path}/${LOCK_FILE}`)
  return lock === undefined ? undefined : { path, lock }
}

/**
 * Takes a folder of this cluster that nobody uses: the one that this port had, else any that is
 * there, as members come back in any order and on other ports; else a new one.
 * Rejects with HST-… where the disk fails.
 */
export const takeMemberFolder = async (
  disk: Disk,
  root: string,
  port: number,
): Promise<MemberFolder> => {
  await disk.makeFolder(root)
  const own = `member-${port}`
  const found = (await disk.list(root)).filter(
    ({ name, isFolder }) => isFolder && PATTERN.test(name),
  )
  const there = found.map(({ name }) => name)
  const others = there.filter((name) => name !== own)
  for (const name of [...(there.includes(own) ? [own] : []), ...others]) {
    const taken = await take(disk, `${root}/${name}`)
    if (taken !== undefined) return taken
  }
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? own : `${own}-${number}`
    if (there.includes(name)) continue
    const taken = await take(disk, `${root}/${name}`)
    if (taken !== undefined) return taken
  }
}
