/** Where whole files are kept, two levels deep: `JOB/NAME`. */
export interface Blobs {
  /** Whole or not at all; it survives what the store promises to survive when it resolves. */
  put(folder: string, name: string, bytes: Uint8Array): Promise<void>
  /** Throws an EngineError where it is not there whole. */
  get(folder: string, name: string): Promise<Uint8Array>
  /** The names in a folder; none where no folder is. */
  list(folder: string): Promise<string[]>
  /** Fine where nothing is. */
  remove(folder: string, name: string): Promise<void>
  /** How messages name a file. */
  pathOf(folder: string, name: string): string
}
