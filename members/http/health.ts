import { type Context, Hono } from 'hono'
import type { Clock } from '../../runtime/host/index.ts'
import type { MemberEnv } from './environment.ts'
import type { HttpMember, MemberState } from './member.ts'

/** A turn of the event loop that takes longer than this means that the member is stuck. */
const LOOP_DELAY_MAX_MS = 5000

/** Hazelcast's names for what state a member is in. */
const NODE_STATES: { readonly [State in MemberState]: string } = {
  starting: 'STARTING',
  joined: 'ACTIVE',
  draining: 'PASSIVE',
  stopped: 'SHUT_DOWN',
}

/** How late a timer that is due now comes: the time that one turn of the event loop takes. */
const loopDelayMs = async (clock: Clock): Promise<number> => {
  const startMs = clock.monotonic()
  await clock.sleep(0)
  return clock.monotonic() - startMs
}

/**
 * The probes of an orchestrator: live, or restart it; ready, or send it nothing; started, or wait.
 * Told without credentials, as all in this file: states and counts, no names and no addresses.
 */
export const probes = (clock: Clock, member: HttpMember): Hono<MemberEnv> => {
  let hasJoined = false
  const answer = (context: Context, isWell: boolean, detail: object): Response =>
    context.json({ status: isWell ? 'ok' : 'fail', ...detail }, isWell ? 200 : 503)
  return new Hono<MemberEnv>()
    .get('/live', async (context) => {
      const delayMs = Math.round(await loopDelayMs(clock))
      const isLive = delayMs <= LOOP_DELAY_MAX_MS && member.state() !== 'stopped'
      return answer(context, isLive, { loopDelayMs: delayMs })
    })
    .get('/ready', (context) => {
      const state = member.state()
      const hasMaster = member.activeMaster() !== undefined
      const persistence = member.persistence()
      const isReady = state === 'joined' && hasMaster && persistence !== 'recovering'
      return answer(context, isReady, { state, hasMaster, persistence })
    })
    .get('/startup', (context) => {
      hasJoined ||= member.state() === 'joined'
      return answer(context, hasJoined, { state: member.state() })
    })
}

/** Hazelcast's health check, with its paths, names and statuses. */
export const hazelcastHealth = (member: HttpMember): Hono<MemberEnv> => {
  const nodeState = (): string => NODE_STATES[member.state()]
  const clusterState = (): string =>
    member.activeMaster() === undefined ? 'IN_TRANSITION' : 'ACTIVE'
  const isReady = (): boolean => member.state() === 'joined'
  return new Hono<MemberEnv>()
    .get('/', (context) =>
      context.json({
        nodeState: nodeState(),
        clusterState: clusterState(),
        clusterSafe: member.isSafe(),
        migrationQueueSize: member.migrationQueueSize(),
        clusterSize: member.members().length,
      }),
    )
    .get('/node-state', (context) =>
      context.json(nodeState(), member.state() === 'stopped' ? 503 : 200),
    )
    .get('/cluster-state', (context) => context.json(clusterState()))
    .get('/cluster-safe', (context) => context.body(null, member.isSafe() ? 200 : 503))
    .get('/migration-queue-size', (context) => context.json(member.migrationQueueSize()))
    .get('/cluster-size', (context) => context.json(member.members().length))
    .get('/ready', (context) => context.body(null, isReady() ? 200 : 503))
}
