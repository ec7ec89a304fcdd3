import type { Member } from '../../members/member/index.ts'
import type { Host } from '../../runtime/host/index.ts'
import type { JobLogs } from '../logs/index.ts'
import { factsOf, type Facts } from './facts.ts'
import { createLoad } from './load.ts'
import type { Workload } from './workload.ts'

/** What members ask each other to be shown together. */
const FACTS_KIND = 90
const LOG_NAMES_KIND = 91
/** A member that does not answer in this time is left out. */
const ANSWER_TIMEOUT_MS = 2000

const encoder = new TextEncoder()
const decoder = new TextDecoder()

export interface MemberLogs {
  readonly memberId: string
  /** `host:port` of the member. */
  readonly node: string
  readonly names: readonly string[]
}

/** The state of all members, as any of them can tell. */
export interface Monitoring {
  facts(): Promise<readonly Facts[]>
  logNames(): Promise<readonly MemberLogs[]>
}

export interface MonitoringOptions {
  readonly host: Host
  readonly member: Member
  readonly logs: JobLogs
  readonly workload: () => Workload
}

/** Answers the other members, and asks them. */
export const startMonitoring = (options: MonitoringOptions): Monitoring => {
  const { host, member, logs, workload } = options
  const { messenger } = member
  const load = createLoad(host)
  const ownFacts = (): Promise<Facts> => factsOf(host, member, load(), workload())
  messenger.onRequest(FACTS_KIND, async () => encoder.encode(JSON.stringify(await ownFacts())))
  messenger.onRequest(LOG_NAMES_KIND, async () =>
    encoder.encode(JSON.stringify(await logs.names())),
  )
  /** What each member that answers says, in the order of the list. */
  const ofAll = async <Answer>(
    kind: number,
    own: () => Answer | Promise<Answer>,
  ): Promise<{ readonly id: string; readonly node: string; readonly answer: Answer }[]> => {
    const asked = member.members().map(async ({ id, address }) => {
      const node = `${address.host}:${address.port}`
      if (id === member.self.id) return { id, node, answer: await own() }
      const timeoutMs = ANSWER_TIMEOUT_MS
      const bytes = await messenger.request(address, kind, new Uint8Array(0), { timeoutMs })
      return { id, node, answer: JSON.parse(decoder.decode(bytes)) as Answer }
    })
    const settled = await Promise.allSettled(asked)
    return settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
  }
  return {
    facts: async () => (await ofAll(FACTS_KIND, ownFacts)).map(({ answer }) => answer),
    logNames: async () =>
      (await ofAll(LOG_NAMES_KIND, () => logs.names())).map(({ id, node, answer }) => ({
        memberId: id,
        node,
        names: answer,
      })),
  }
}
