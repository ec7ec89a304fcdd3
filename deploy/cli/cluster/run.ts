import { EngineError } from '../../../runtime/errors/index.ts'
import { createRealHost, type Host } from '../../../runtime/host/index.ts'
import { ExitCode } from '../exitCodes.ts'
import { createJobsApi } from '../jobs/api.ts'
import { readJobText, type JobText } from '../jobs/jobFile.ts'
import type { MemberClient } from '../member/client.ts'
import { loadSetup } from '../member/setup.ts'
import type { Terminal } from '../terminal.ts'
import { runClusterJobs } from './jobs.ts'
import { addressTable, prefixesOf, urlOf } from './output.ts'
import { memberWords, planMembers } from './plan.ts'
import { type MemberProcess, startMemberProcess } from './process.ts'

export interface LocalClusterOptions {
  readonly masters: number
  readonly workers: number
  /** Run on the cluster; when all have ended, it ends too. */
  readonly jobFiles: readonly string[]
  readonly variables: { readonly [name: string]: string }
}

/** A member that has not left by then is killed. */
const STOP_TIMEOUT_MS = 15_000
/** Before the lines about jobs, as the name of a member is before its own. */
const JOB_PREFIX = 'job'

const endAll = async ({ clock }: Host, members: readonly MemberProcess[]): Promise<void> => {
  for (const member of members) member.signal('SIGTERM')
  const timer = clock.timer(STOP_TIMEOUT_MS, () => {
    for (const member of members) member.signal('SIGKILL')
  })
  await Promise.all(members.map(({ ended }) => ended))
  timer.cancel()
}

/** Aborts with the first Ctrl-C or SIGTERM; the next kills the members. */
const stopAsked = (members: readonly MemberProcess[]): AbortSignal => {
  const stop = new AbortController()
  const ask = (): void => {
    if (stop.signal.aborted) for (const member of members) member.signal('SIGKILL')
    stop.abort()
  }
  process.on('SIGINT', ask)
  process.on('SIGTERM', ask)
  return stop.signal
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve())
  })

const readJobs = async (
  host: Host,
  { jobFiles, variables }: LocalClusterOptions,
  terminal: Terminal,
): Promise<readonly JobText[] | undefined> => {
  const jobs: JobText[] = []
  for (const path of jobFiles) {
    const job = await readJobText(host, path, variables, terminal)
    if (job !== undefined) jobs.push(job)
  }
  return jobs.length === jobFiles.length ? jobs : undefined
}

/** Processes that are members, what they write shown under their names, and who dies told. */
const startMembers = async (host: Host, options: LocalClusterOptions, { out, err }: Terminal) => {
  const planned = await planMembers(host, options)
  const prefixes = prefixesOf([...planned.map(({ name }) => name), JOB_PREFIX], out)
  const environment: Record<string, string> = out.isTerminal ? { FORCE_COLOR: '1' } : {}
  const write = (name: string, line: string): void => out.write(`${prefixes.get(name)!} ${line}\n`)
  const members = planned.map((member) =>
    startMemberProcess(member, memberWords(member, planned), environment, (line) =>
      write(member.name, line),
    ),
  )
  const living = new Set(members)
  let isStopping = false
  const allEnded = Promise.all(
    members.map(async (member) => {
      const { exitCode, signal } = await member.ended
      living.delete(member)
      if (isStopping) return
      const why = signal === null ? `ended with exit code ${exitCode}` : `died of ${signal}`
      const left = `${living.size} of ${members.length} members are left`
      err.write(`${err.color.red(`${member.name} ${why}`)}; ${left}.\n`)
    }),
  )
  const end = async (): Promise<void> => {
    isStopping = true
    await endAll(host, members)
  }
  return { members, living, allEnded, end, write: (line: string) => write(JOB_PREFIX, line) }
}

type Members = Awaited<ReturnType<typeof startMembers>>

/** Any member that lives answers for the cluster. */
const anyMember = async (
  host: Host,
  { members, living }: Members,
  urls: ReadonlyMap<MemberProcess, string>,
): Promise<MemberClient> => {
  const files = { role: undefined, config: [], set: [], cluster: undefined }
  const { credentials, tls } = (await loadSetup(host, files)).client
  return {
    get url() {
      const member = members.find((each) => living.has(each)) ?? members[0]!
      return urls.get(member)!
    },
    credentials,
    tls,
  }
}

const runJobs = async (
  host: Host,
  started: Members,
  urls: ReadonlyMap<MemberProcess, string>,
  { jobs, signal }: { readonly jobs: readonly JobText[]; readonly signal: AbortSignal },
): Promise<ExitCode> =>
  runClusterJobs({
    host,
    api: createJobsApi(host, await anyMember(host, started, urls)),
    jobs,
    workerCount: started.members.filter(({ role }) => role !== 'master').length,
    write: started.write,
    named: (sentence) =>
      started.members.reduce(
        (text, { name, address }) => text.replaceAll(address, `${name} (${address})`),
        sentence,
      ),
    signal,
  })

/**
 * Starts the members as processes and shows what they write, until they are told to end or the jobs
 * that were given along have ended.
 */
export const runLocalCluster = async (
  options: LocalClusterOptions,
  terminal: Terminal,
): Promise<ExitCode> => {
  const { out } = terminal
  const host = createRealHost()
  const jobs = await readJobs(host, options, terminal)
  if (jobs === undefined) return ExitCode.usage
  const started = await startMembers(host, options, terminal)
  const { members, allEnded, end } = started
  const signal = stopAsked(members)
  const stopped = aborted(signal)
  try {
    const oneEnded = Promise.race(members.map(({ ended }) => ended))
    const all = Promise.all(members.map(async (member) => ({ member, told: await member.ready })))
    const ready = await Promise.race([all, oneEnded, stopped])
    if (signal.aborted) return ExitCode.finished
    if (!Array.isArray(ready)) {
      throw new EngineError('CLI-004', 'A member ended before the cluster was there.')
    }
    out.write(`\n${addressTable(ready, out)}\nCtrl-C stops all of them.\n\n`)
    const urls = new Map(ready.map(({ member, told }) => [member, urlOf(told)]))
    if (jobs.length > 0) {
      const exitCode = runJobs(host, started, urls, { jobs, signal })
      const noneLeft = allEnded.then(() => ExitCode.failed)
      return await Promise.race([exitCode, noneLeft])
    }
    await Promise.race([stopped, allEnded])
    return ExitCode.finished
  } finally {
    await end()
  }
}
