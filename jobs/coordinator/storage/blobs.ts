/** Where whole files are kept, two levels deep: `JOB/NAME`. */
export interface Blobs {
  /**
   * The pieces one after the other, whole or not at all; it survives what the store promises to
   * survive when it resolves.
   */
  put(folder: string, name: string, pieces: readonly Uint8Array[]): Promise<void>
  /** Throws an EngineError where it is not there whole. */
  get(folder: string, name: string): Promise<Uint8Array>
  /** The names in a folder; none where no folder is. */
  list(folder: string): Promise<string[]>
  /** Fine where nothing is. */
  remove(folder: string, name: string): Promise<void>
  /** How messages name a file. */
  pathOf(folder: string, name: string): string
}

export const lengthOf = (pieces: readonly Uint8Array[]): number =>
  pieces.reduce((sum, { length }) => sum + length, 0)

export const concatenated = (pieces: readonly Uint8Array[]): Uint8Array => {
  const bytes = new Uint8Array(lengthOf(pieces))
  let at = 0
  for (const piece of pieces) {
    bytes.set(piece, at)
    at += piece.length
  }
  return bytes
}
