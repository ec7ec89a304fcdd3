import { resolve } from 'node:path'

/** The whole path of a file; a relative one begins where the process was started. */
export const absolutePath = (path: string): string => resolve(path)
