import { EngineError } from '../../../runtime/errors/index.ts'
import { createPage, hasRoom, returnSlot, takeSlot, type Page } from './page.ts'
import { CLASS_BYTES, CLASS_BYTES_MAX, classOf, UNIT_BYTES } from './sizeClasses.ts'
import { SpareMemory } from './spareMemory.ts'

export const PAGE_BYTES = 256 * 1024
const UNITS_PER_PAGE = PAGE_BYTES / UNIT_BYTES
/** What a large record may waste of memory that was another one's. */
const WASTE_SHARE_MAX = 1 / 8
const PAGE_SHIFT = 31 - Math.clz32(UNITS_PER_PAGE)
/** Handles have 32 bits; page 0 does not exist, so that no handle is 0. */
const PAGES_MAX = 2 ** (32 - PAGE_SHIFT)

/** Where a record of this handle begins in its page. */
export const offsetOf = (handle: number): number => (handle & (UNITS_PER_PAGE - 1)) * UNIT_BYTES

/**
 * The memory of all records of a member: outside of the garbage collector's objects, in pages of
 * slots. A handle is a positive 32-bit number, good until its slot is given back.
 */
export class RecordArena {
  /** By page number. */
  readonly #pages: (Page | undefined)[] = [undefined]
  /** Numbers of pages that were given up. */
  readonly #spareNumbers: number[] = []
  /** By class: its pages with room. The last one is filled first. */
  readonly #roomy: Page[][] = CLASS_BYTES.map(() => [])
  readonly #spareMemory = new SpareMemory()
  #bytes = 0

  /** Bytes of all pages, whether their slots are in use or not. */
  get bytes(): number {
    return this.#bytes
  }

  /** Throws GRD-006 when there is no memory; nothing has changed then. */
  allocate(sizeBytes: number): number {
    if (sizeBytes > CLASS_BYTES_MAX) {
      const page = this.#addPage(-1, roundUp(sizeBytes), roundUp(sizeBytes))
      return handleOf(page, takeSlot(page))
    }
    const classIndex = classOf(sizeBytes)
    const roomy = this.#roomy[classIndex]!
    const page = roomy.at(-1) ?? this.#addPage(classIndex, CLASS_BYTES[classIndex]!, PAGE_BYTES)
    const handle = handleOf(page, takeSlot(page))
    if (!hasRoom(page)) this.#unlist(page)
    return handle
  }

  /** Gives a slot back; a page without any in use goes back to the system, save the last of a class. */
  free(handle: number): void {
    const page = this.page(handle)
    returnSlot(page, offsetOf(handle))
    if (page.classIndex < 0) {
      this.#drop(page)
      return
    }
    if (page.listedAt < 0) this.#list(page)
    if (page.used === 0 && this.#roomy[page.classIndex]!.length > 1) {
      this.#unlist(page)
      this.#drop(page)
    }
  }

  /** Bytes that the record of a handle may have without moving. */
  capacity(handle: number): number {
    return this.page(handle).slotBytes
  }

  page(handle: number): Page {
    return this.#pages[handle >>> PAGE_SHIFT]!
  }

  #addPage(classIndex: number, slotBytes: number, sizeBytes: number): Page {
    const number = this.#spareNumbers.at(-1) ?? this.#pages.length
    if (number >= PAGES_MAX) throw noMemory(`${PAGES_MAX} pages are in use`)
    const bytesMax = classIndex < 0 ? sizeBytes * (1 + WASTE_SHARE_MAX) : sizeBytes
    const memory = this.#spareMemory.take(sizeBytes, bytesMax) ?? newMemory(sizeBytes)
    const page = createPage(number, classIndex, slotBytes, memory)
    this.#spareNumbers.pop()
    this.#pages[number] = page
    this.#bytes += memory.byteLength
    if (classIndex >= 0) this.#list(page)
    return page
  }

  #drop(page: Page): void {
    this.#pages[page.number] = undefined
    this.#spareNumbers.push(page.number)
    this.#bytes -= page.bytes.length
    this.#spareMemory.keep(page.bytes.buffer as ArrayBuffer)
  }

  #list(page: Page): void {
    const roomy = this.#roomy[page.classIndex]!
    page.listedAt = roomy.length
    roomy.push(page)
  }

  #unlist(page: Page): void {
    const roomy = this.#roomy[page.classIndex]!
    const last = roomy.pop()!
    if (last !== page) {
      roomy[page.listedAt] = last
      last.listedAt = page.listedAt
    }
    page.listedAt = -1
  }
}

const handleOf = (page: Page, at: number): number => page.number * UNITS_PER_PAGE + at / UNIT_BYTES

const roundUp = (sizeBytes: number): number => Math.ceil(sizeBytes / UNIT_BYTES) * UNIT_BYTES

const newMemory = (sizeBytes: number): ArrayBuffer => {
  try {
    return new ArrayBuffer(sizeBytes)
  } catch (cause) {
    if (cause instanceof RangeError) throw noMemory('the system gives no more', cause)
    throw cause
  }
}

const noMemory = (why: string, cause?: unknown): EngineError =>
  new EngineError('GRD-006', `There is no memory for another record of the grid: ${why}.`, {
    cause,
  })
