import { type MemberGrid, openMemberGrid } from '../../../members/grid/index.ts'
import { jobRoutes } from '../../../jobs/http/index.ts'
import {
  createHttpLocations,
  startMemberHttp,
  type HttpMember,
} from '../../../members/http/index.ts'
import { startMember, type Member } from '../../../members/member/index.ts'
import { EngineError, formatEngineError } from '../../../runtime/errors/index.ts'
import type { Host } from '../../../runtime/host/index.ts'
import { describeMember, logEvents, logMerges } from './events.ts'
import { createHttpMember, type MemberLife } from './httpMember.ts'
import { startMemberJobs } from './memberJobs.ts'
import { createJobTools, openJobShelves } from './jobTools.ts'
import { leave, logLost } from './leaving.ts'
import type { Log } from './log.ts'
import { watchMemory } from './memoryLimit.ts'
import type { MemberSetup } from './setup.ts'
import { watchStop } from './signals.ts'

const MEGABYTE = 1024 * 1024

/** Requests that run when the member ends have so long to be answered. */
const HTTP_GRACE_MS = 5000

export interface RunMemberOptions {
  readonly setup: MemberSetup
  readonly log: Log
  /** The end of stdin ends the member too. */
  readonly isAttached: boolean
  /** Called once, when the member has joined; with what a user wants to know of it. */
  readonly onReady: (line: string) => void
  /** Runs once the member has joined; sees the signals too, and the member waits for its end. */
  readonly work?: () => Promise<void>
}

/** One line for what a user can mend, the stack for a bug of ours. */
const textOf = (thrown: unknown): string => {
  if (thrown instanceof EngineError) return formatEngineError(thrown)
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
}

const openGrid = (host: Host, setup: MemberSetup, member: Member, log: Log): MemberGrid => {
  const { clusterName, memory } = setup
  const grid = openMemberGrid({
    host,
    member,
    clusterName,
    settings: setup.grid,
    note: log,
    ...(memory.limitMegabytes > 0 && { memoryLimitBytes: memory.limitMegabytes * MEGABYTE }),
    leave: () => member.leave(),
  })
  logLost(host, grid, log)
  return grid
}

interface JobSurroundings {
  readonly setup: MemberSetup
  readonly member: Member
  readonly grid: MemberGrid
  readonly httpMember: HttpMember
  readonly log: Log
}

const openJobs = (host: Host, { setup, member, grid, httpMember, log }: JobSurroundings) => {
  const { clusterName, keepsIdleCode } = setup
  const { dataFolder } = setup.grid
  const shelves = openJobShelves(host, grid, { dataFolder, keepsIdleCode })
  const jobs = startMemberJobs({
    host,
    member,
    grid,
    settings: setup,
    shelves,
    tls: setup.member.network.tls,
    secret: setup.member.secret,
    version: setup.member.programVersion,
    log,
  })
  const memoryLimitBytes = setup.memory.limitMegabytes * MEGABYTE
  const parts = { host, member, grid, jobs, shelves, clusterName, dataFolder, httpMember }
  return { jobs, tools: createJobTools({ ...parts, memoryLimitBytes }) }
}

/**
 * Runs a member from its start to its end, which a signal asks for: not ready any more,
 * out of the cluster, closed. The HTTP port is there from the first moment, for the probes.
 * Answers false where it ended by itself, because it reached its memory limit.
 */
export const runMember = async (host: Host, options: RunMemberOptions): Promise<boolean> => {
  const { setup, log, isAttached, onReady, work } = options
  let isWorking = false
  const stop = watchStop(() => isWorking, isAttached)
  let isAsked = true
  const memory = watchMemory(host, setup.memory, (error) => {
    isAsked = false
    log('error', textOf(error))
    // As from outside: the work beside the member hears it too.
    process.kill(process.pid, 'SIGTERM')
  })
  const life: MemberLife = {
    state: 'starting',
    member: undefined,
    grid: undefined,
    locations: undefined,
    jobs: undefined,
    tools: undefined,
  }
  const httpMember = createHttpMember(life, setup)
  const http = await startMemberHttp(host, {
    settings: setup.http,
    member: httpMember,
    mounts: [jobRoutes(() => life.tools, setup.member.programVersion)],
    onBug: (error) => log('error', textOf(error)),
  })
  try {
    const member = await Promise.race([startMember(host, setup.member), stop.asked])
    if (typeof member === 'string') return isAsked
    const grid = openGrid(host, setup, member, log)
    life.member = member
    life.grid = grid
    life.locations = createHttpLocations(member.messenger, http.urls[0])
    const { jobs, tools } = openJobs(host, { setup, member, grid, httpMember, log })
    life.jobs = jobs
    life.tools = tools
    life.state = 'joined'
    logEvents(host, member, log)
    logMerges(grid, log)
    onReady(
      `${describeMember(member.self)}, one of ${member.members().length} in ` +
        `${setup.clusterName}, ${http.urls.join(' ')}`,
    )
    isWorking = work !== undefined
    const working = work?.()
      .catch((thrown: unknown) => log('error', textOf(thrown)))
      .finally(() => {
        isWorking = false
      })
    log('info', `${await stop.asked}: leaving the cluster`)
    life.state = 'draining'
    await working
    await leave(host, { member, grid, jobs, handOverMs: setup.handOverMs, log })
    life.grid = undefined
    return isAsked
  } finally {
    life.state = 'stopped'
    memory.release()
    await http.close(HTTP_GRACE_MS)
    stop.release()
  }
}
