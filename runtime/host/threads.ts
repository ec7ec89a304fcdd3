/**
 * Threads of this process. Each has a JavaScript heap of its own; what is posted is copied, except
 * `SharedArrayBuffer`s, which are shared, and what is transferred.
 */
export interface Threads {
  /**
   * Starts a thread that runs the module `entry`. A string is a path from the root of the project,
   * such as `runtime/isolate/main.ts`; it works from source and in an executable of
   * `bun build --compile`, provided that the build lists the file as an entrypoint of its own and
   * has the root of the project as its `root`. (There, `new URL('./main.ts', import.meta.url)` finds
   * nothing: every module has the address of the first entrypoint.) A URL names a file on disk.
   * A module that is missing or fails while loading ends the thread with that error.
   */
  spawn(entry: string | URL, options?: ThreadOptions): Thread
  /** The way to the thread that started this one; undefined in the first thread. */
  readonly parent: ThreadPort | undefined
}

export interface ThreadOptions {
  /** Shown by debuggers. */
  readonly name?: string
  /** Trades speed for a smaller heap. */
  readonly small?: boolean
  /** What the thread sees as `host.environment`; that of this process by default. */
  readonly environment?: Readonly<Record<string, string>>
}

/** One end of the channel between a thread and the one that started it; messages keep their order. */
export interface ThreadPort {
  post(message: unknown, transfer?: readonly ArrayBuffer[]): void
  /** Sets the receiver, once; messages that came before wait for it. */
  onMessage(receive: (message: unknown) => void): void
}

export interface Thread extends ThreadPort {
  /** Sets the receiver of the end of the thread, called once; `error` when it died of one. */
  onExit(receive: (error?: Error) => void): void
  /** Kills the thread, also in an endless loop; resolves when it is gone. */
  terminate(): Promise<void>
}
