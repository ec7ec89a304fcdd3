/** One buffer, seen as each kind of number; an index into a view is a byte offset by its width. */
export interface Memory {
  readonly bytes: Uint8Array
  readonly int32: Int32Array
  readonly float64: Float64Array
}

/** `buffer` must be a multiple of 8 bytes long. */
export const memoryOf = (buffer: ArrayBufferLike): Memory => ({
  bytes: new Uint8Array(buffer),
  int32: new Int32Array(buffer),
  float64: new Float64Array(buffer),
})

/** The next multiple of 8: sections start there, so that a reader can lay typed arrays over them. */
export const aligned = (sizeBytes: number): number => (sizeBytes + 7) & ~7
