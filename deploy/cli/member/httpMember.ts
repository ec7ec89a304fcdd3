import type { JobTools } from '../../../jobs/http/index.ts'
import type { MemberGrid } from '../../../members/grid/index.ts'
import type { HttpLocations, HttpMember, MemberState } from '../../../members/http/index.ts'
import type { Member } from '../../../members/member/index.ts'
import type { MemberJobs } from './memberJobs.ts'

/** What changes while a member lives; all but the state undefined until it has joined. */
export interface MemberLife {
  state: MemberState
  member: Member | undefined
  grid: MemberGrid | undefined
  locations: HttpLocations | undefined
  jobs: MemberJobs | undefined
  tools: JobTools | undefined
}

export interface HttpMemberOptions {
  readonly clusterName: string
  readonly configuration: () => unknown
}

/** What the HTTP port is told, from before the member has joined until after it has left. */
export const createHttpMember = (
  life: MemberLife,
  { clusterName, configuration }: HttpMemberOptions,
): HttpMember => ({
  get id() {
    return life.member?.self.id ?? ''
  },
  clusterName,
  state: () => life.state,
  members: () => life.member?.members() ?? [],
  membersVersion: () => life.member?.view()?.version ?? 0,
  activeMaster: () => life.member?.activeMaster()?.id,
  httpUrl: async (id) => {
    const record = life.member?.members().find((member) => member.id === id)
    return record === undefined ? undefined : life.locations?.urlOf(record)
  },
  connections: () => ({
    members: life.member?.messenger.connected().length ?? 0,
    clients: life.member?.messenger.clients().length ?? 0,
  }),
  isSafe: () => (life.member?.isSafe() ?? false) && (life.grid?.isClusterSafe() ?? false),
  persistence: () => life.grid?.persistence() ?? 'well',
  migrationQueueSize: () => life.grid?.migrationQueueSize() ?? 0,
  data: () => life.grid,
  configuration,
})
