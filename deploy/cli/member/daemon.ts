import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { EngineError } from '../../../runtime/errors/index.ts'
import { selfCommand } from './self.ts'

/** Where a member that runs by itself leaves its number and its words. */
export interface DaemonFiles {
  readonly pidFile: string
  readonly logFile: string
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (thrown) {
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPERM'
  }
}

/**
 * Whether the process is a member: numbers are given anew after a while, and one that has ended
 * keeps its number, but not its words, until its parent has looked.
 */
const isMember = (pid: number): boolean => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes('member')
  } catch {
    return isAlive(pid)
  }
}

/** The member that the file speaks of, while it runs. */
export const runningPid = (pidFile: string): number | undefined => {
  let text: string
  try {
    text = readFileSync(pidFile, 'utf8')
  } catch {
    return undefined
  }
  const pid = Number.parseInt(text, 10)
  return pid > 0 && isAlive(pid) && isMember(pid) ? pid : undefined
}

const refuseSecond = (pidFile: string): void => {
  const pid = runningPid(pidFile)
  if (pid === undefined || pid === process.pid) return
  throw new EngineError('CLI-003', `A member runs already as process ${pid}; ${pidFile} says so.`)
}

/** Writes the number of this process; answers with what removes it. Throws CLI-003. */
export const holdPidFile = (pidFile: string): (() => void) => {
  refuseSecond(pidFile)
  mkdirSync(dirname(pidFile), { recursive: true })
  writeFileSync(pidFile, `${process.pid}\n`)
  return () => rmSync(pidFile, { force: true })
}

/** The last lines of a text that may be long. */
const lastLines = (text: string, count: number): string => text.split('\n').slice(-count).join('\n')

const LINES_SHOWN = 20

/**
 * Starts `tidegate WORDS` as a process of its own session and waits until its first line on stdout
 * says that it is ready; answers with that line. Throws CLI-003 with the end of its log when it
 * ends before.
 */
export const startDaemon = async (
  words: readonly string[],
  { pidFile, logFile }: DaemonFiles,
): Promise<string> => {
  refuseSecond(pidFile)
  mkdirSync(dirname(logFile), { recursive: true })
  const log = openSync(logFile, 'a')
  const [command, ...first] = selfCommand()
  const child = spawn(command!, [...first, ...words], {
    detached: true,
    stdio: ['ignore', 'pipe', log],
  })
  closeSync(log)
  const ready = Promise.withResolvers<string>()
  let text = ''
  child.stdout!.on('data', (bytes: Buffer) => {
    text += bytes.toString()
    if (text.includes('\n')) ready.resolve(text.slice(0, text.indexOf('\n')))
  })
  child.on('exit', (code) => {
    const tail = lastLines(readFileSync(logFile, 'utf8').trimEnd(), LINES_SHOWN)
    const told = `The member ended with ${code} before it was ready; the end of ${logFile}:\n${tail}`
    ready.reject(new EngineError('CLI-003', told))
  })
  const line = await ready.promise
  child.stdout!.destroy()
  child.unref()
  return line
}

const STOP_TIMEOUT_MS = 30_000
const POLL_MS = 50

/** Asks the member to end and waits for it. False where none runs. Throws CLI-003 when it stays. */
export const stopDaemon = async (pidFile: string): Promise<boolean> => {
  const pid = runningPid(pidFile)
  if (pid === undefined) return false
  process.kill(pid, 'SIGTERM')
  for (let waitedMs = 0; waitedMs < STOP_TIMEOUT_MS; waitedMs += POLL_MS) {
    if (runningPid(pidFile) !== pid) return true
    await Bun.sleep(POLL_MS)
  }
  throw new EngineError(
    'CLI-003',
    `Process ${pid} did not end within ${STOP_TIMEOUT_MS / 1000} s; kill -9 ${pid} ends it.`,
  )
}
