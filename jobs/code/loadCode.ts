import type { Host } from '../../runtime/host/index.ts'
import type { JobCode, LoadCodeOptions } from './jobCode.ts'

/** As `loadJobCode`, which is loaded only where a job has code: most isolates have none. */
export const loadCode = async (host: Host, options: LoadCodeOptions): Promise<JobCode> =>
  (await import('./jobCode.ts')).loadJobCode(host, options)
