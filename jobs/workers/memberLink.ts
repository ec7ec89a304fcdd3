import { EngineError } from '../../runtime/errors/index.ts'
import type { Address } from '../../runtime/host/index.ts'
import type { IncomingStream, Messenger, StreamHandlers } from '../../members/wire/index.ts'
import { createMessageWriter, readMessages, type MessageWriter } from './messageStream.ts'
import { pack } from './packing.ts'
import type { ExecutionId, HostLink, HostLinkEvents } from './protocol.ts'
import { JOB_KINDS, type CommandMessage, type CommandsHeader, type ReportMessage } from './wire.ts'

/** How long a worker may take to answer before it counts as lost, in milliseconds. */
const connectTimeoutMs = 5000

export interface MemberLinkOptions {
  readonly messenger: Messenger
  readonly address: Address
  readonly header: CommandsHeader
  /** The link is of no use any more; called once. */
  readonly onLost: () => void
}

/** From a coordinator to one worker: a stream there, a stream back, and a session for each execution. */
export class MemberLink {
  readonly #options: MemberLinkOptions
  readonly #sessions = new Map<number, HostLinkEvents>()
  #lastSession = 0
  /** What waits for the stream to be opened. */
  #early: CommandMessage[] = []
  #writer: MessageWriter | null = null
  #abort: ((reason: string) => void) | null = null
  #isLost = false

  constructor(options: MemberLinkOptions) {
    this.#options = options
    void this.#connect()
  }

  /** It leads to no execution at this moment. */
  get isIdle(): boolean {
    return this.#sessions.size === 0
  }

  open(execution: ExecutionId, events: HostLinkEvents): HostLink {
    this.#lastSession += 1
    const session = this.#lastSession
    this.#sessions.set(session, events)
    this.#send({ kind: 'open', session, execution })
    return {
      send: (command) => {
        if (this.#sessions.has(session)) this.#send({ kind: 'command', session, command })
      },
      close: () => {
        if (this.#sessions.delete(session)) this.#send({ kind: 'close', session })
      },
    }
  }

  /** Takes the stream of reports that the worker has opened. */
  takeReports(stream: IncomingStream): StreamHandlers {
    const onOver = (error: Error | undefined): void =>
      this.lose(error ?? new EngineError('NET-005', 'The worker has closed the connection.'))
    return readMessages(stream, (message) => this.#receive(message as ReportMessage), onOver)
  }

  /** Gives the worker up: all sessions are told. */
  lose(reason: Error): void {
    if (this.#isLost) return
    this.#isLost = true
    this.#abort?.('The coordinator has given the link up')
    this.#options.onLost()
    const lost = [...this.#sessions.values()]
    this.#sessions.clear()
    for (const { onLost } of lost) onLost(reason)
  }

  async #connect(): Promise<void> {
    const { messenger, address, header } = this.#options
    try {
      const kind = JOB_KINDS.commands
      const stream = await messenger.openStream(address, kind, pack(header), connectTimeoutMs)
      stream.closed.catch((error: Error) => this.lose(error))
      this.#abort = (reason) => stream.abort(reason)
      this.#writer = createMessageWriter(stream)
      for (const message of this.#early.splice(0)) this.#writer.send(message)
      if (this.#isLost) stream.abort('The coordinator has given the link up')
    } catch (thrown) {
      this.lose(thrown as Error)
    }
  }

  #send(message: CommandMessage): void {
    if (this.#isLost) return
    if (this.#writer === null) this.#early.push(message)
    else this.#writer.send(message)
  }

  #receive(message: ReportMessage): void {
    const events = this.#sessions.get(message.session)
    if (message.kind === 'report') {
      events?.onReport(message.report)
      return
    }
    this.#sessions.delete(message.session)
    events?.onLost(new EngineError('JOB-022', message.reason))
  }
}
