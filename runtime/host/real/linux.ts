/** Loaded when it is first used: `node:fs/promises` takes 0.8 MB of every isolate. */
const files = () => import('node:fs/promises')

const KIBIBYTE = 1024

/** What files of Linux tell of its state; undefined on systems without them. */
export const linuxText = async (path: string): Promise<string | undefined> => {
  const { readFile } = await files()
  return readFile(path, 'utf8').catch(() => undefined)
}

/** How many entries such a folder has. */
export const linuxEntryCount = async (path: string): Promise<number | undefined> => {
  const { readdir } = await files()
  return readdir(path).then(
    ({ length }) => length,
    () => undefined,
  )
}

/** A line such as `VmSize:  2048 kB`, in bytes. */
export const bytesIn = (text: string | undefined, name: string): number | undefined => {
  const [, kibibytes] = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text ?? '') ?? []
  return kibibytes === undefined ? undefined : Number(kibibytes) * KIBIBYTE
}
