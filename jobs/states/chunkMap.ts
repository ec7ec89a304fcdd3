/** Entries of bytes in the grid that are only set, read and removed. */
export interface ChunkMap {
  get(key: string): Promise<Uint8Array | undefined>
  /** The bytes must stay as they are until it resolves. */
  set(key: string, bytes: Uint8Array): Promise<void>
  /** Fine where nothing is. */
  remove(key: string): Promise<void>
  keys(): Promise<readonly string[]>
}

/** Chunks on their way at once. */
const WINDOW_CHUNKS = 8

/** Does the same with each key, with some at a time. */
export const inWindows = async (
  keys: readonly string[],
  work: (key: string, index: number) => Promise<void>,
): Promise<void> => {
  let next = 0
  const lane = async (): Promise<void> => {
    for (let index = next++; index < keys.length; index = next++) await work(keys[index]!, index)
  }
  await Promise.all(Array.from({ length: WINDOW_CHUNKS }, lane))
}
