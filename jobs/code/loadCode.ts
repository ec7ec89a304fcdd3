import type { Host } from '../../runtime/host/index.ts'
import type { JobCode, LoadCodeOptions } from './jobCode.ts'

/**
 * Loads the code of a job, and what runs it: most isolates have none. Rejects with PIP-002 when the
 * module throws, and with what `pipelineIn` says of what it exports.
 */
export const loadCode = async (host: Host, options: LoadCodeOptions): Promise<JobCode> =>
  (await import('./jobCode.ts')).runnable(host, options)
