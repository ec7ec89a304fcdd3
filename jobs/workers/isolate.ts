import type { Thread } from '../../runtime/host/index.ts'
import type { IsolateCommand, IsolateReport, TaskCommand, TaskReport } from '../tasks/index.ts'

/** The way to one task in an isolate. */
export interface TaskChannel {
  /** The buffers in `transfer` are of no use here any more. */
  post(command: TaskCommand, transfer?: readonly ArrayBuffer[]): void
  /** Sets the receiver, once. */
  onReport(receive: (report: TaskReport) => void): void
  /** Sets the receiver of the end of the whole isolate, called once; `error` when it died of one. */
  onExit(receive: (error?: Error) => void): void
  /** Ends the whole isolate, whatever it does: all of its tasks are told the reason. */
  end(reason: Error): void
  /** Lets the task go; `isClean` when it has closed by itself and nothing of it is left. */
  release(isClean: boolean): void
}

interface Open {
  onReport: (report: TaskReport) => void
  onExit: (error?: Error) => void
}

export interface IsolateEvents {
  /** All of its tasks have been released; `isClean` when the isolate can take others. */
  readonly onReleased: (isClean: boolean) => void
  /** Its module is loaded, or its thread has ended before. */
  readonly onStarted: () => void
  readonly onExit: () => void
}

/** A thread with the tasks of one execution; what is told to it before it has one waits. */
export class Isolate {
  readonly #channels = new Map<number, Open>()
  #events: IsolateEvents | null = null
  #thread: Thread | null = null
  #early: IsolateCommand[] = []
  #lastChannel = 0
  #reason: Error | undefined
  #isClean = true
  #isStarted = false

  /** How many executions it has served. */
  useCount = 0

  listen(events: IsolateEvents): void {
    this.#events = events
  }

  /** Gives it its thread. */
  start(thread: Thread): void {
    this.#thread = thread
    thread.onMessage((message) => this.#receive(message as IsolateReport))
    thread.onExit((error) => this.#exited(error))
    for (const message of this.#early.splice(0)) thread.post(message)
  }

  get hasThread(): boolean {
    return this.#thread !== null
  }

  /** A place for one more task of its execution. */
  open(): TaskChannel {
    this.#lastChannel += 1
    const channel = this.#lastChannel
    const open: Open = { onReport: () => undefined, onExit: () => undefined }
    this.#channels.set(channel, open)
    return {
      post: (command, transfer) => {
        if (!this.#channels.has(channel)) return
        if (this.#thread === null) this.#early.push({ channel, command })
        else this.#thread.post({ channel, command } satisfies IsolateCommand, transfer)
      },
      onReport: (receive) => {
        open.onReport = receive
      },
      onExit: (receive) => {
        open.onExit = receive
      },
      end: (reason) => {
        this.#reason ??= reason
        void this.terminate()
      },
      release: (isClean) => {
        if (!this.#channels.delete(channel)) return
        this.#isClean &&= isClean
        if (this.#channels.size === 0) this.#events?.onReleased(this.#isClean)
      },
    }
  }

  /** Ends the thread, whatever it does. */
  async terminate(): Promise<void> {
    this.#isClean = false
    await this.#thread?.terminate()
  }

  #receive(report: IsolateReport): void {
    if (report.kind === 'started') this.#started()
    else this.#channels.get(report.channel)?.onReport(report.report)
  }

  #started(): void {
    if (this.#isStarted) return
    this.#isStarted = true
    this.#events?.onStarted()
  }

  #exited(error: Error | undefined): void {
    this.#isClean = false
    this.#started()
    this.#events?.onExit()
    for (const { onExit } of this.#channels.values()) onExit(this.#reason ?? error)
  }
}
