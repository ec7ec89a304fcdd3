import { EngineError } from '../../runtime/errors/index.ts'
import type { Host } from '../../runtime/host/index.ts'
import { createPulse, type PipelineGraph } from '../code/index.ts'
import {
  fromTaskError,
  type IsolateCommand,
  type IsolateReport,
  type TaskCommand,
} from '../tasks/index.ts'

/** Code at the top of a module is there to build a pipeline, not to work. */
const DESCRIBE_TIMEOUT_MS = 10_000

/**
 * Runs the module of a job in an isolate of its own and asks what pipeline it holds. Throws PIP-001,
 * PIP-002 and PIP-004 (not done in time).
 */
export const describeBundle = async (
  host: Host,
  path: string,
  timeoutMs = DESCRIBE_TIMEOUT_MS,
): Promise<PipelineGraph> => {
  const thread = host.threads.spawn('jobs/tasks/main.ts', { name: 'describe' })
  const described = Promise.withResolvers<PipelineGraph>()
  thread.onMessage((message) => {
    const report = message as IsolateReport
    if (report.kind === 'started') return
    if (report.report.kind === 'described') described.resolve(report.report.graph)
    if (report.report.kind === 'failed') described.reject(fromTaskError(report.report.error))
  })
  thread.onExit((error) => described.reject(error ?? new Error('The isolate ended by itself')))
  const timer = host.clock.timer(timeoutMs, () => {
    const text = `The module of the job was not loaded within ${timeoutMs / 1000} s.`
    described.reject(new EngineError('PIP-004', text))
  })
  try {
    const commands: readonly TaskCommand[] = [
      { kind: 'loadCode', path, pulse: createPulse(), heapBytesMax: Infinity },
      { kind: 'describe' },
    ]
    for (const command of commands) {
      thread.post({ channel: 0, command } satisfies IsolateCommand)
    }
    return await described.promise
  } finally {
    timer.cancel()
    await thread.terminate()
  }
}
