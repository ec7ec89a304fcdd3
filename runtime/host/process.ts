/** This process, with all of its threads. */
export interface ProcessFacts {
  /** What runs it. */
  readonly runtime: { readonly name: string; readonly version: string }
  /** In milliseconds since 1970-01-01T00:00:00Z. */
  readonly startedAtMs: number
  /** Time of processors that it has taken. */
  processorMs(): number
  resources(): Promise<ProcessResources>
}

/** What a process holds of its system; undefined where that does not tell. */
export interface ProcessResources {
  /** Files and sockets that are open, and how many may be. */
  readonly openFiles: number | undefined
  readonly openFilesMax: number | undefined
  /** Addresses that are in use, with or without RAM behind them. */
  readonly virtualBytes: number | undefined
}
