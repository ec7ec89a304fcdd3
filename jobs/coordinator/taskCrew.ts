import { assert, EngineError, messageOf } from '../../runtime/errors/index.ts'
import type { Clock } from '../../runtime/host/index.ts'
import type { TaskReport } from '../tasks/index.ts'
import type {
  ExecutionId,
  HostCommand,
  HostLink,
  HostReport,
  TaskHosts,
  TaskName,
  TaskPlaces,
  TaskStatus,
} from '../workers/index.ts'
import { TaskHandle } from './taskHandle.ts'

/**
 * How long a member may take to end its tasks, in milliseconds; one that stands still is not waited
 * for any longer, and told again later.
 */
const endPatienceMs = 5000

export interface TaskCrewOptions {
  readonly clock: Clock
  readonly hosts: TaskHosts
  readonly execution: ExecutionId
  readonly places: TaskPlaces
  /** The content hash of the job's code, where it has any. */
  readonly bundle: string | null
  /** Members may put the states of operators into the grid. */
  readonly keepsStates: boolean
  readonly onReport: (task: TaskName, report: TaskReport) => void
  readonly onFailure: (error: Error) => void
}

interface Post {
  readonly member: string
  readonly link: HostLink
  /** Called with the answer to `begin`, `attach` or `end`. */
  onAnswer: (report: HostReport) => void
  isLost: boolean
}

/** All tasks of one execution, on whatever members they are. */
export class TaskCrew {
  readonly #options: TaskCrewOptions
  readonly #posts: readonly Post[]
  readonly #handles = new Map<TaskName, TaskHandle>()
  /** Reports that came before `release`. */
  #held: (() => void)[] | null = []

  constructor(options: TaskCrewOptions) {
    this.#options = options
    const names = Object.keys(options.places) as TaskName[]
    const members = [...new Set(names.map((name) => options.places[name]!))]
    this.#posts = members.map((member) => this.#openPost(member))
    for (const name of names) this.#handles.set(name, this.#createHandle(name))
  }

  task(name: TaskName): TaskHandle {
    const handle = this.#handles.get(name)
    assert(handle !== undefined, 'each task of a pipeline has a place')
    return handle
  }

  /** Starts the isolates; resolves when all are there to be told what to do. */
  async begin(): Promise<void> {
    const { places, bundle, keepsStates } = this.#options
    const command: HostCommand = { kind: 'begin', places, bundle, keepsStates }
    await Promise.all(this.#posts.map((post) => ask(post, command)))
  }

  /** Takes over tasks that run; resolves with what each of them has come to. */
  async attach(): Promise<TaskStatus[]> {
    const answers = await Promise.all(this.#posts.map((post) => ask(post, { kind: 'attach' })))
    return answers.flatMap((answer) => (answer.kind === 'attached' ? answer.tasks : []))
  }

  /**
   * Lets reports through, those first that have come meanwhile: while tasks are taken over, what one
   * member tells of now follows what all have told of before.
   */
  release(): void {
    const held = this.#held ?? []
    this.#held = null
    for (const receive of held) receive()
  }

  /** Ends all tasks; resolves when they are gone wherever that can be known. */
  async end(abort: boolean): Promise<void> {
    const { clock, hosts, execution } = this.#options
    const deadline = Promise.withResolvers<void>()
    const timer = clock.timer(endPatienceMs, () => deadline.resolve())
    const open = new Set(this.#posts)
    const ended = this.#posts.map(async (post) => {
      await ask(post, { kind: 'end', abort })
      if (!post.isLost) open.delete(post)
    })
    await Promise.race([Promise.all(ended), deadline.promise])
    timer.cancel()
    this.close()
    for (const { member } of open) hosts.endLater(member, execution)
  }

  /** Leaves the tasks running and hears no more of them. */
  close(): void {
    for (const { link } of this.#posts) link.close()
  }

  #openPost(member: string): Post {
    const { hosts, execution } = this.#options
    const link = hosts.open(member, execution, {
      onReport: (report) => {
        if (report.kind === 'task') this.#receive(report.task, report.report)
        else if (report.kind === 'gone') {
          this.#options.onFailure(this.#lost(member, new Error(report.reason)))
        } else post.onAnswer(report)
      },
      onLost: (error) => {
        post.isLost = true
        post.onAnswer({ kind: 'ended' })
        this.#options.onFailure(this.#lost(member, error))
      },
    })
    const post: Post = { member, link, onAnswer: () => undefined, isLost: false }
    return post
  }

  #receive(task: TaskName, report: TaskReport): void {
    const receive = (): void => this.#handles.get(task)?.receive(report)
    if (this.#held === null) receive()
    else this.#held.push(receive)
  }

  #createHandle(task: TaskName): TaskHandle {
    const { places, onReport, onFailure } = this.#options
    const post = this.#posts.find(({ member }) => member === places[task])!
    return new TaskHandle({
      send: (command) => post.link.send({ kind: 'task', task, command }),
      onReport: (report) => onReport(task, report),
      onFailure,
    })
  }

  #lost(member: string, error: Error): EngineError {
    const { hosts, places, execution } = this.#options
    const tasks = (Object.keys(places) as TaskName[]).filter((task) => places[task] === member)
    const name = hosts.nameOf(member)
    const text = `Worker ${name} with ${tasks.join(', ')} of pipeline ${execution.pipelineId} is lost: ${messageOf(error)}`
    return new EngineError('JOB-021', text, { retry: 'backoff', cause: error })
  }
}

/** Resolves with the answer; at once when the member is lost, before or meanwhile. */
const ask = (post: Post, command: HostCommand): Promise<HostReport> =>
  new Promise((resolve) => {
    if (post.isLost) {
      resolve({ kind: 'ended' })
      return
    }
    post.onAnswer = resolve
    post.link.send(command)
  })
