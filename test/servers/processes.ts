import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { chown } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A database server that a test started, and how to end it. */
export interface TestServer {
  readonly port: number
  readonly username: string
  readonly password: string
  /** Ends it as a crash would, and removes its folder. */
  stop(): Promise<void>
  /** Kills the server process but keeps its data, for tests of a database that goes away. */
  crash(): Promise<void>
  /** Starts a crashed server again on the same port. */
  restart(): Promise<void>
}

const ownersOf = (name: string): { uid: number; gid: number } => {
  const id = (flag: string) => Number(Bun.spawnSync(['id', flag, name]).stdout.toString())
  return { uid: id('-u'), gid: id('-g') }
}

/** A new folder in the temporary folder, owned by `user` when this process is root. */
export const serverFolder = async (name: string, user: string): Promise<string> => {
  const folder = mkdtempSync(join(tmpdir(), `tidegate-${name}-`))
  if (process.getuid?.() === 0) {
    const { uid, gid } = ownersOf(user)
    await chown(folder, uid, gid)
  }
  return folder
}

/** `command` as `user` when this process is root, and ended with this process in any case. */
export const asUser = (user: string, command: readonly string[]): string[] => {
  const identity =
    process.getuid?.() === 0 ? [`--reuid=${user}`, `--regid=${user}`, '--clear-groups'] : []
  return ['setpriv', ...identity, '--pdeathsig', 'KILL', ...command]
}

export const runToEnd = async (command: readonly string[]): Promise<void> => {
  const child = Bun.spawn([...command], { stdout: 'ignore', stderr: 'pipe' })
  const text = await new Response(child.stderr).text()
  if ((await child.exited) !== 0) throw new Error(`${command.join(' ')} failed: ${text}`)
}

/** Resolves when `ready` does without an error, tried for at most 30 s. */
export const waitUntilReady = async (ready: () => Promise<void>): Promise<void> => {
  const deadline = performance.now() + 30_000
  for (;;) {
    try {
      await ready()
      return
    } catch (error) {
      if (performance.now() > deadline) throw error
      await Bun.sleep(20)
    }
  }
}

/** Removes a folder at the latest when this process ends. */
export const removeAtExit = (folder: string): (() => void) => {
  const remove = (): void => {
    if (existsSync(folder)) rmSync(folder, { recursive: true, force: true })
  }
  process.once('exit', remove)
  return remove
}
