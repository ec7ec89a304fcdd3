import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const PROJECT_ROOT = join(import.meta.dir, '..', '..')

/** `TIDEGATE_EXECUTABLE` makes the same tests run on a compiled executable. */
export const COMMAND: readonly string[] =
  process.env['TIDEGATE_EXECUTABLE'] === undefined
    ? [process.execPath, join(PROJECT_ROOT, 'deploy/cli/main.ts')]
    : [process.env['TIDEGATE_EXECUTABLE']]

export interface Finished {
  readonly exitCode: number
  readonly out: string
  readonly err: string
}

export interface Started {
  readonly pid: number
  signal(name: 'SIGINT' | 'SIGTERM'): void
  /** Resolves when stdout holds `text`; rejects when the process ends before. */
  shows(text: string): Promise<void>
  /** The same for stderr. */
  tells(text: string): Promise<void>
  /** What stdout holds once `text` is in it. */
  textUntil(text: string): Promise<string>
  readonly finished: Promise<Finished>
  /** The most memory that the process had, once it has ended. */
  readonly memoryKiB: Promise<number>
}

/** A `tidegate.yaml` with which every worker gets some of the tasks. */
export const SPREAD_TASKS = `seatunnel:
  engine:
    slot-service: { dynamic-slot: false, slot-num: 8, slot-allocation-strategy: SLOT_RATIO }
`

export interface Workspace extends AsyncDisposable {
  readonly folder: string
  /** Writes a file into the folder and answers with its path. */
  write(name: string, text: string | Uint8Array): Promise<string>
  start(...words: readonly string[]): Started
  run(...words: readonly string[]): Promise<Finished>
  /** The same as another user, which only root can. */
  runAs(user: string, ...words: readonly string[]): Promise<Finished>
}

/** Gathers what comes and wakes those who wait for a text in it. */
const gather = (stream: ReadableStream<Uint8Array>) => {
  let text = ''
  let isEnded = false
  let waiting: { wanted: string; found: () => void; lost: (error: Error) => void }[] = []
  const check = (): void => {
    for (const each of waiting) {
      if (text.includes(each.wanted)) each.found()
      else if (isEnded) each.lost(new Error(`ended without showing ${each.wanted}:\n${text}`))
    }
    waiting = isEnded ? [] : waiting.filter((each) => !text.includes(each.wanted))
  }
  const all = (async () => {
    const decoder = new TextDecoder()
    for await (const bytes of stream) {
      text += decoder.decode(bytes, { stream: true })
      check()
    }
    isEnded = true
    check()
    return text
  })()
  const shows = (wanted: string): Promise<void> =>
    new Promise((found, lost) => {
      waiting.push({ wanted, found, lost })
      check()
    })
  const textUntil = async (wanted: string): Promise<string> => {
    await shows(wanted)
    return text
  }
  return { all, shows, textUntil }
}

/** A temporary folder with a state folder of its own, in which `tidegate` runs as a process. */
export const createWorkspace = async (): Promise<Workspace> => {
  const folder = await mkdtemp(join(tmpdir(), 'tidegate-e2e-'))
  const spawn = (command: readonly string[]): Started => {
    const child = Bun.spawn([...command], {
      cwd: folder,
      env: { ...process.env, XDG_STATE_HOME: join(folder, '.state'), NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const out = gather(child.stdout)
    const err = gather(child.stderr)
    return {
      pid: child.pid,
      signal: (name) => child.kill(name),
      shows: out.shows,
      tells: err.shows,
      textUntil: out.textUntil,
      memoryKiB: child.exited.then(() => (child.resourceUsage()?.maxRSS ?? 0) / 1024),
      finished: Promise.all([child.exited, out.all, err.all]).then(
        ([exitCode, outText, errText]) => ({
          exitCode,
          out: outText,
          err: errText,
        }),
      ),
    }
  }
  const start = (...words: readonly string[]): Started => spawn([...COMMAND, ...words])
  return {
    folder,
    write: async (name, text) => {
      await Bun.write(join(folder, name), text)
      return name
    },
    start,
    run: (...words) => start(...words).finished,
    runAs: (user, ...words) => {
      const identity = [`--reuid=${user}`, '--clear-groups']
      return spawn(['setpriv', ...identity, ...COMMAND, ...words]).finished
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}

/** A job of ten rows from a FakeSource to the terminal. */
export const HELLO = `
env { job.mode = "BATCH", job.name = "hello" }
source { FakeSource { row.num = 10, schema { fields { id = bigint, name = string } } } }
sink { Console {} }
`
