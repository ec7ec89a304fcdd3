const SPARE_BYTES_MAX = 4 * 1024 * 1024

/**
 * Memory of pages that were given up, some of it kept for the next ones: what the system gives has to
 * be cleared first.
 */
export class SpareMemory {
  /** Oldest first. */
  readonly #spares: ArrayBuffer[] = []
  #bytes = 0

  keep(memory: ArrayBuffer): void {
    if (memory.byteLength > SPARE_BYTES_MAX) return
    this.#spares.push(memory)
    this.#bytes += memory.byteLength
    while (this.#bytes > SPARE_BYTES_MAX) this.#bytes -= this.#spares.shift()!.byteLength
  }

  /** Memory of so many bytes with anything in them, undefined where there is none. */
  take(bytesMin: number, bytesMax: number): ArrayBuffer | undefined {
    const index = this.#spares.findIndex(
      ({ byteLength }) => byteLength >= bytesMin && byteLength <= bytesMax,
    )
    if (index < 0) return undefined
    const [memory] = this.#spares.splice(index, 1)
    this.#bytes -= memory!.byteLength
    return memory
  }
}
