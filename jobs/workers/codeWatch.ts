import { EngineError } from '../../runtime/errors/index.ts'
import type { Host, Timer } from '../../runtime/host/index.ts'
import { createPulse, pulseOf, stageIn } from '../code/index.ts'
import type { TaskChannel } from './isolate.ts'

/** What the code of a job may do to its member. */
export interface CodeLimits {
  /** A stage that does not return for so long is taken for an endless loop. */
  readonly stageMs: number
  /** What the heap of one isolate may take. */
  readonly heapBytes: number
}

export const DEFAULT_CODE_LIMITS: CodeLimits = { stageMs: 10_000, heapBytes: 1024 * 1024 * 1024 }

const LOOK_MS = 200

/** An entry of a stage that was seen before and has not been left since. */
interface Stay {
  readonly stageId: number
  readonly count: number
  readonly sinceMs: number
  /** What the process held when it was first seen. */
  readonly usedBytes: number
}

const seconds = (ms: number): string => `${ms / 1000} s`
const megabytes = (bytes: number): string => `${Math.round(bytes / 1024 / 1024)} MiB`

/**
 * Loads the code of a job for a task and watches it from outside: an isolate that is in a stage for
 * too long, or takes too much memory meanwhile, is ended with the name of the stage as the reason.
 */
export const watchedChannel = (
  { clock, memory }: Host,
  channel: TaskChannel,
  path: string,
  limits: CodeLimits,
): TaskChannel => {
  const shared = createPulse()
  const pulse = pulseOf(shared)
  let stages: readonly string[] = []
  let isOver = false
  let stay: Stay | undefined
  let timer: Timer | undefined

  const stop = (): void => {
    isOver = true
    timer?.cancel()
  }
  const end = (text: string, code: 'PIP-007' | 'PIP-008'): void => {
    const name = stages[stay!.stageId] ?? 'of the job'
    stop()
    channel.end(new EngineError(code, `The stage ${name} ${text}`))
  }
  const judge = ({ sinceMs, usedBytes }: Stay): void => {
    if (memory.usedBytes() - usedBytes > limits.heapBytes) {
      end(`has taken more than ${megabytes(limits.heapBytes)} in one go`, 'PIP-008')
    } else if (clock.monotonic() - sinceMs > limits.stageMs) {
      end(`has not come back for ${seconds(limits.stageMs)}`, 'PIP-007')
    }
  }
  const look = (): void => {
    const entry = stageIn(pulse)
    if (entry === undefined) stay = undefined
    else if (stay?.count === entry.count) judge(stay)
    else stay = { ...entry, sinceMs: clock.monotonic(), usedBytes: memory.usedBytes() }
    if (!isOver) timer = clock.timer(LOOK_MS, look)
  }
  timer = clock.timer(LOOK_MS, look)
  channel.post({ kind: 'loadCode', path, pulse: shared, heapBytesMax: limits.heapBytes })
  return {
    post: (command, transfer) => channel.post(command, transfer),
    onReport: (receive) =>
      channel.onReport((report) => {
        if (report.kind === 'codeLoaded') stages = report.stages
        else receive(report)
      }),
    onExit: (receive) =>
      channel.onExit((error) => {
        stop()
        receive(error)
      }),
    end: (reason) => channel.end(reason),
    release: () => {
      stop()
      channel.release(false)
    },
  }
}
