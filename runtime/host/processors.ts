/** The processors of this machine. */
export interface Processors {
  readonly count: number
  /** Summed over all processors, since the machine started; what is busy between two looks is the load. */
  times(): ProcessorTimes
  /** Threads that ran or were to, over the last minute; undefined where the machine does not tell. */
  loadAverage(): number | undefined
}

export interface ProcessorTimes {
  readonly busyMs: number
  readonly totalMs: number
}
