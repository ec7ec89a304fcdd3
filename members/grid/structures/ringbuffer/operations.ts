export const RINGBUFFER_SERVICE = 23

export const OPERATIONS = { ADD: 1, READ_ONE: 2, READ_MANY: 3, BOUNDS: 4 } as const

/** What happens when there is no room; the numbers of the first two are Hazelcast's. */
export const OVERFLOW = {
  /** The oldest item goes. */
  overwrite: 0,
  /** Nothing is added. */
  fail: 1,
  /** The call waits until items are too old. */
  wait: 2,
} as const

export type Overflow = keyof typeof OVERFLOW

/** Items that one call may read; Hazelcast's limit. */
export const READ_COUNT_MAX = 1000
