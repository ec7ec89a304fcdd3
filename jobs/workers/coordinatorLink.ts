import { messageOf } from '../../runtime/errors/index.ts'
import type {
  IncomingStream,
  Messenger,
  StreamHandlers,
  StreamWriter,
} from '../../members/wire/index.ts'
import { createMessageWriter, readMessages, type MessageWriter } from './messageStream.ts'
import { pack } from './packing.ts'
import type { HostLink, HostReport } from './protocol.ts'
import type { TaskHost } from './taskHost.ts'
import {
  JOB_KINDS,
  type CommandMessage,
  type CommandsHeader,
  type ReportMessage,
  type ReportsHeader,
} from './wire.ts'

const openTimeoutMs = 5000
/** Beyond this, what is told for show only (progress, lines) is left out until the reader catches up. */
const queuedBytesMax = 16 * 1024 * 1024
const forShow: ReadonlySet<string> = new Set(['progress', 'print', 'log', 'splitCount'])

/** A coordinator as a worker sees it: obeys the commands of its stream, and reports on another. */
export class CoordinatorLink {
  readonly #taskHost: TaskHost
  readonly #stream: IncomingStream
  readonly #header: CommandsHeader
  readonly #sessions = new Map<number, HostLink>()
  #early: ReportMessage[] = []
  #reports: StreamWriter | null = null
  #writer: MessageWriter | null = null
  #isOver = false

  constructor(taskHost: TaskHost, stream: IncomingStream, header: CommandsHeader) {
    this.#taskHost = taskHost
    this.#stream = stream
    this.#header = header
  }

  serve(messenger: Messenger): StreamHandlers {
    void this.#openReports(messenger)
    return readMessages(
      this.#stream,
      (message) => this.#receive(message as CommandMessage),
      () => this.#end('The coordinator has gone'),
    )
  }

  async #openReports(messenger: Messenger): Promise<void> {
    const header: ReportsHeader = { linkId: this.#header.linkId }
    const { address } = this.#stream.from
    try {
      const kind = JOB_KINDS.reports
      const reports = await messenger.openStream(address, kind, pack(header), openTimeoutMs)
      this.#reports = reports
      if (this.#isOver) {
        reports.abort('The coordinator has gone')
        return
      }
      reports.closed.catch((error: Error) => this.#giveUp(error))
      this.#writer = createMessageWriter(reports)
      for (const message of this.#early.splice(0)) this.#writer.send(message)
    } catch (thrown) {
      this.#giveUp(thrown)
    }
  }

  #receive(message: CommandMessage): void {
    const { session } = message
    switch (message.kind) {
      case 'open': {
        const { epoch, to } = this.#header
        const link = this.#taskHost.open(
          message.execution,
          { epoch, member: to },
          {
            onReport: (report) => this.#report(session, report),
            onLost: (error) => this.#send({ kind: 'refused', session, reason: error.message }),
          },
        )
        this.#sessions.set(session, link)
        return
      }
      case 'command':
        this.#sessions.get(session)?.send(message.command)
        return
      case 'close':
        this.#sessions.get(session)?.close()
        this.#sessions.delete(session)
        return
      default:
        message satisfies never
    }
  }

  #report(session: number, report: HostReport): void {
    const isForShow = report.kind === 'task' && forShow.has(report.report.kind)
    if (isForShow && (this.#writer?.queuedBytes() ?? 0) > queuedBytesMax) return
    this.#send({ kind: 'report', session, report })
  }

  #send(message: ReportMessage): void {
    if (this.#isOver) return
    if (this.#writer === null) this.#early.push(message)
    else this.#writer.send(message)
  }

  #giveUp(error: unknown): void {
    if (this.#isOver) return
    this.#stream.cancel(`The reports do not arrive: ${messageOf(error)}`)
    this.#end('The reports do not arrive')
  }

  /** The tasks go on: another coordinator will ask for them. */
  #end(reason: string): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#reports?.abort(reason)
    for (const link of this.#sessions.values()) link.close()
    this.#sessions.clear()
  }
}
