/** Hazelcast's number of the service. */
export const MAP_SERVICE_ID = 1

/** The operations of a map, as they are told on the wire (u8): numbers are never given again. */
export const MapOperation = {
  get: 1,
  put: 2,
  set: 3,
  putIfAbsent: 4,
  putTransient: 5,
  tryPut: 6,
  replace: 7,
  replaceIfSame: 8,
  remove: 9,
  removeIfSame: 10,
  delete: 11,
  containsKey: 12,
  containsValue: 13,
  size: 14,
  clear: 15,
  evict: 16,
  evictAll: 17,
  setTtl: 18,
  getEntryView: 19,
  getAll: 20,
  putAll: 21,
  entries: 22,
  lock: 23,
  unlock: 24,
  forceUnlock: 25,
  isLocked: 26,
  tryRemove: 27,
  destroy: 28,
  executeOnKeys: 29,
  executeOnEntries: 30,
  query: 31,
  aggregate: 32,
  removeAll: 33,
  addIndex: 34,
  readJournal: 35,
  journalState: 36,
  invalidationState: 37,
  statistics: 38,
  tellAll: 39,
  queryPage: 40,
  begin: 41,
} as const

/** What an effect leads to (u8 before it). */
export const MapEffect = {
  put: 1,
  remove: 2,
  clear: 3,
  lock: 4,
  unlock: 5,
  expiry: 6,
  journal: 7,
  noJournal: 8,
  index: 9,
  noIndexes: 10,
  /** A write that the store outside does not have yet. */
  behind: 11,
  /** It has it. */
  stored: 12,
  /** What the map is to begin with was taken in. */
  loaded: 13,
  /** It is to begin anew. */
  notLoaded: 14,
} as const

/** What `getAll` answers for a key (u8 before its value). */
export const GetAllStep = {
  none: 0,
  value: 1,
  /** The answer is full: this key and those after it are to be asked for again. */
  later: 2,
} as const

/** As a time to live or a time of idleness: what the settings of the map say. */
export const DEFAULT_TIME_MS = -1
