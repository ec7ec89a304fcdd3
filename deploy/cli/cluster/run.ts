import { EngineError } from '../../../runtime/errors/index.ts'
import { createRealHost } from '../../../runtime/host/index.ts'
import { ExitCode } from '../exitCodes.ts'
import type { Terminal } from '../terminal.ts'
import { addressTable, prefixesOf } from './output.ts'
import { memberWords, planMembers } from './plan.ts'
import { type MemberProcess, startMemberProcess } from './process.ts'

export interface LocalClusterOptions {
  readonly masters: number
  readonly workers: number
  readonly jobFile: string | undefined
}

/** A member that has not left by then is killed. */
const STOP_TIMEOUT_MS = 15_000

const endAll = async (members: readonly MemberProcess[]): Promise<void> => {
  for (const member of members) member.signal('SIGTERM')
  const timer = setTimeout(() => {
    for (const member of members) member.signal('SIGKILL')
  }, STOP_TIMEOUT_MS)
  await Promise.all(members.map(({ ended }) => ended))
  clearTimeout(timer)
}

/** Resolves with the first Ctrl-C or SIGTERM; the next kills the members. */
const stopAsked = (members: readonly MemberProcess[]): Promise<void> =>
  new Promise((resolve) => {
    let isAsked = false
    const ask = (): void => {
      if (isAsked) for (const member of members) member.signal('SIGKILL')
      isAsked = true
      resolve()
    }
    process.on('SIGINT', ask)
    process.on('SIGTERM', ask)
  })

/** Starts the members as processes and shows what they write, until they are told to end. */
export const runLocalCluster = async (
  options: LocalClusterOptions,
  { out, err }: Terminal,
): Promise<ExitCode> => {
  const planned = await planMembers(createRealHost(), options)
  const prefixes = prefixesOf(
    planned.map(({ name }) => name),
    out,
  )
  const worker = planned.find(({ role }) => role !== 'master')
  const environment: Record<string, string> = out.isTerminal ? { FORCE_COLOR: '1' } : {}
  const members = planned.map((member) => {
    const words = memberWords(member, planned, member === worker ? options.jobFile : undefined)
    const prefix = prefixes.get(member.name)!
    return startMemberProcess(member, words, environment, (line) =>
      out.write(`${prefix} ${line}\n`),
    )
  })
  let isStopping = false
  let running = members.length
  const oneEnded = Promise.race(members.map(({ ended }) => ended))
  const allEnded = Promise.all(
    members.map(async (member) => {
      const { exitCode, signal } = await member.ended
      running -= 1
      if (isStopping) return
      const why = signal === null ? `ended with exit code ${exitCode}` : `died of ${signal}`
      err.write(
        `${err.color.red(`${member.name} ${why}`)}; ${running} of ${members.length} members are left.\n`,
      )
    }),
  )
  const stopped = stopAsked(members)
  const all = Promise.all(members.map(async (member) => ({ member, told: await member.ready })))
  const started = await Promise.race([all, oneEnded, stopped])
  if (Array.isArray(started)) {
    out.write(`\n${addressTable(started, out)}\nCtrl-C stops all of them.\n\n`)
    await Promise.race([stopped, allEnded])
  }
  const failed = running < members.length && !Array.isArray(started)
  isStopping = true
  await endAll(members)
  if (failed) throw new EngineError('CLI-004', 'A member ended before the cluster was there.')
  return ExitCode.finished
}
