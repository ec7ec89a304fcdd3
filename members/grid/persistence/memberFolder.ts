import type { Disk, DiskLock } from '../../../runtime/host/index.ts'

/** The folder that one member alone uses, until it releases it or ends. */
export interface MemberFolder {
  readonly path: string
  readonly lock: DiskLock
}

const PATTERN = /^member-\d+(-\d+)?$/
const LOCK_FILE = 'lock'
/** Says which cluster the folder belongs to: several may keep their maps in the same place. */
const CLUSTER_FILE = 'cluster'

/** The cluster of a folder; undefined where nobody has said it yet. */
const clusterOf = async (disk: Disk, path: string): Promise<string | undefined> => {
  const file = `${path}/${CLUSTER_FILE}`
  if ((await disk.stat(file)) === undefined) return undefined
  return new TextDecoder().decode(await disk.readFile(file))
}

const take = async (
  disk: Disk,
  path: string,
  clusterName: string,
): Promise<MemberFolder | undefined> => {
  await disk.makeFolder(path)
  const lock = await disk.lock(`${path}/${LOCK_FILE}`)
  if (lock === undefined) return undefined
  if ((await clusterOf(disk, path)) === undefined) {
    const bytes = new TextEncoder().encode(clusterName)
    await disk.writeFileAtomically(`${path}/${CLUSTER_FILE}`, bytes)
  }
  return { path, lock }
}

export interface MemberFolderOptions {
  /** The folders of all members are in it. */
  readonly root: string
  readonly port: number
  readonly clusterName: string
}

/**
 * Takes a folder of this cluster that nobody uses: the one that this port had, else any that is
 * there, as members come back in any order and on other ports; else a new one.
 * Rejects with HST-… where the disk fails.
 */
export const takeMemberFolder = async (
  disk: Disk,
  { root, port, clusterName }: MemberFolderOptions,
): Promise<MemberFolder> => {
  await disk.makeFolder(root)
  const own = `member-${port}`
  const found = (await disk.list(root)).filter(
    ({ name, isFolder }) => isFolder && PATTERN.test(name),
  )
  const there = found.map(({ name }) => name)
  const others = there.filter((name) => name !== own)
  for (const name of [...(there.includes(own) ? [own] : []), ...others]) {
    const path = `${root}/${name}`
    const owner = (await clusterOf(disk, path)) ?? (name === own ? clusterName : undefined)
    const taken = owner === clusterName ? await take(disk, path, clusterName) : undefined
    if (taken !== undefined) return taken
  }
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? own : `${own}-${number}`
    if (there.includes(name)) continue
    const taken = await take(disk, `${root}/${name}`, clusterName)
    if (taken !== undefined) return taken
  }
}
