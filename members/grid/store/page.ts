/** Memory in slots of one size; a large record is the only slot of its page. */
export interface Page {
  readonly number: number
  readonly slotBytes: number
  /** -1 for the page of a large record. */
  readonly classIndex: number
  readonly bytes: Uint8Array
  /** The same memory in pieces of 4 and of 2 bytes. */
  readonly words: Int32Array
  readonly halves: Uint16Array
  /** Slots in use. */
  used: number
  /** Where the part begins that was never used: memory that the system has not given yet. */
  freshBytes: number
  /** The first of the slots that were given back, -1 for none; each holds where the next one is. */
  freeBytes: number
  /** Where it is in the list of pages with room of its class, -1 when it is full. */
  listedAt: number
}

export const createPage = (
  number: number,
  classIndex: number,
  slotBytes: number,
  memory: ArrayBuffer,
): Page => {
  return {
    number,
    slotBytes,
    classIndex,
    bytes: new Uint8Array(memory),
    words: new Int32Array(memory),
    halves: new Uint16Array(memory),
    used: 0,
    freshBytes: 0,
    freeBytes: -1,
    listedAt: -1,
  }
}

export const hasRoom = (page: Page): boolean =>
  page.freeBytes >= 0 || page.freshBytes + page.slotBytes <= page.bytes.length

/** Where a free slot of a page that has one begins; it is in use from now on. */
export const takeSlot = (page: Page): number => {
  page.used += 1
  const at = page.freeBytes
  if (at < 0) {
    page.freshBytes += page.slotBytes
    return page.freshBytes - page.slotBytes
  }
  page.freeBytes = page.words[at >> 2]!
  return at
}

export const returnSlot = (page: Page, at: number): void => {
  page.used -= 1
  page.words[at >> 2] = page.freeBytes
  page.freeBytes = at
}
