/** The processors of this machine. */
export interface Processors {
  readonly count: number
  /** Summed over all processors, since the machine started; what is busy between two looks is the load. */
  times(): ProcessorTimes
}

export interface ProcessorTimes {
  readonly busyMs: number
  readonly totalMs: number
}
