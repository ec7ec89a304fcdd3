import type { Address } from '../../runtime/host/index.ts'
import type { HttpData } from './data/index.ts'

export type MemberRole = 'master' | 'worker' | 'master_and_worker'

/** What the HTTP port tells about a member of the cluster. */
export interface HttpMemberInfo {
  readonly id: string
  readonly address: Address
  readonly role: MemberRole
  readonly version: string
}

/** `starting` has not joined yet; `draining` is about to leave. */
export type MemberState = 'starting' | 'joined' | 'draining' | 'stopped'

/** What the HTTP port asks its own member. */
export interface HttpMember {
  readonly id: string
  readonly clusterName: string
  state(): MemberState
  /** The members of the last agreed list, the oldest first. */
  members(): readonly HttpMemberInfo[]
  /** The version of that list. */
  membersVersion(): number
  /** The id of the active master; undefined while there is none. */
  activeMaster(): string | undefined
  /**
   * Where the HTTP port of a member is, as `http://host:port/context`; undefined when it has none
   * or does not answer.
   */
  httpUrl(id: string): Promise<string | undefined>
  /** Connections on the member port that stand. */
  connections(): { readonly members: number; readonly clients: number }
  /** Nothing is being moved and every backup is where it should be. */
  isSafe(): boolean
  /**
   * How maps that are kept on the disk are: `recovering` waits after a stop of the whole cluster for
   * who held data, `refusing` cannot write to its disk.
   */
  persistence(): 'well' | 'recovering' | 'refusing'
  /** Partitions that are to move. */
  migrationQueueSize(): number
  /** The maps and queues of the cluster; undefined until this member has joined. */
  data(): HttpData | undefined
  /** The effective configuration with the origin of each value, without secrets. */
  configuration(): unknown
}
