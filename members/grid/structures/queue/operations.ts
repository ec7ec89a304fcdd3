export const QUEUE_SERVICE = 3

/** Besides those of all collections. */
export const OPERATIONS = {
  OFFER: 20,
  POLL: 21,
  PEEK: 22,
  DRAIN: 23,
  ADD_ALL: 24,
  ROOM: 25,
} as const
