export const SET_SERVICE = 6

/** Besides those of all collections. */
export const OPERATIONS = { ADD_ALL: 20 } as const
