import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { selfCommand } from '../member/self.ts'
import type { PlannedMember } from './plan.ts'

export interface MemberEnd {
  readonly exitCode: number | null
  readonly signal: string | null
}

export interface MemberProcess extends PlannedMember {
  readonly pid: number | undefined
  /** `host:port` of the member port. */
  readonly address: string
  /** Resolves with what the member says of itself when it has joined; never when it ends before. */
  readonly ready: Promise<string>
  readonly ended: Promise<MemberEnd>
  signal(name: 'SIGTERM' | 'SIGKILL'): void
}

const READY = /^ready: (.*)$/

/**
 * Starts a member in a process group of its own, which Ctrl-C does not reach: who started it decides
 * when it ends; with that one, it goes too: its stdin ends then. `onLine` gets what it writes, line by line, to either stream.
 */
export const startMemberProcess = (
  member: PlannedMember,
  words: readonly string[],
  environment: Readonly<Record<string, string>>,
  onLine: (line: string) => void,
): MemberProcess => {
  const [command, ...first] = selfCommand()
  const child = spawn(command!, [...first, ...words], {
    detached: true,
    env: { ...process.env, ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const ready = Promise.withResolvers<string>()
  createInterface({ input: child.stderr }).on('line', onLine)
  createInterface({ input: child.stdout }).on('line', (line) => {
    const told = READY.exec(line)?.[1]
    if (told === undefined) onLine(line)
    else ready.resolve(told)
  })
  return {
    ...member,
    pid: child.pid,
    address: `127.0.0.1:${member.port}`,
    ready: ready.promise,
    ended: new Promise((resolve) => {
      child.on('close', (exitCode, signal) => resolve({ exitCode, signal }))
    }),
    signal: (name) => {
      child.kill(name)
    },
  }
}
