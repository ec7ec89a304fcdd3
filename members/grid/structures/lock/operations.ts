export const LOCK_SERVICE = 7

export const OPERATIONS = { LOCK: 1, UNLOCK: 2, OWNER: 3 } as const
