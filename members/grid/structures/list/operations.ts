export const LIST_SERVICE = 5

/** Besides those of all collections. */
export const OPERATIONS = {
  ADD_ALL: 20,
  INSERT_ALL: 21,
  GET: 22,
  SET: 23,
  REMOVE_AT: 24,
  INDEX_OF: 25,
  LAST_INDEX_OF: 26,
  RANGE: 27,
} as const
