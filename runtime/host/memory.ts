/** The memory of this process. */
export interface Memory {
  /** RAM that the process holds, its threads with it, once what is garbage is let go where `collect` says so. */
  usedBytes(collect?: 'collect'): number
  /**
   * What lives on the heap of this thread, as the developer tools of Chrome read it. Nothing else
   * runs meanwhile, and it takes about as much memory as it describes.
   */
  heapSnapshot(): Uint8Array
}
