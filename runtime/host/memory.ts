export interface MemorySpace {
  readonly totalBytes: number
  readonly freeBytes: number
}

/** The memory of this process, and of its machine. */
export interface Memory {
  /** RAM that the process holds, its threads with it, once what is garbage is let go where `collect` says so. */
  usedBytes(collect?: 'collect'): number
  /**
   * What lives on the heap of this thread, as the developer tools of Chrome read it. Nothing else
   * runs meanwhile, and it takes about as much memory as it describes.
   */
  heapSnapshot(): Uint8Array
  /** What the heap of this thread takes, garbage included. */
  heapBytes(): number
  /** What the heap of this thread has taken from the system, to fill it; no less than it takes. */
  heapCommittedBytes(): number
  /**
   * Lets go of what this thread can make again: garbage, and compiled code that does not run now.
   * Takes as long as a full collection.
   */
  shrink(): void
  /** RAM of the machine, and what of it nobody holds. */
  machine(): MemorySpace
  /** Where the machine puts what does not fit into its RAM; undefined where it does not tell. */
  swap(): Promise<MemorySpace | undefined>
}
