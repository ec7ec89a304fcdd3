export { createLock, type Lock, type LockOptions, type LockOwner } from './proxy.ts'
export { createLocks } from './structure.ts'
