import type { HttpCredentials, HttpSettings } from '../../../members/http/index.ts'
import type { MemberSettings } from '../../../members/settings.ts'
import type { FlagSpec, FlagSpecs } from '../command.ts'
import { httpSettings, memberSettings, readGiven } from './settings.ts'

export const roleFlag = {
  kind: 'text',
  short: 'r',
  placeholder: 'ROLE',
  description: 'masters hold state and can be elected, workers run jobs',
  values: ['master', 'worker', 'master_and_worker'],
  defaultValue: 'master_and_worker',
} as const satisfies FlagSpec

/** The flags of every verb that reads the configuration of a member. */
export const setupFlags = {
  set: {
    kind: 'list',
    short: 's',
    placeholder: 'KEY=VALUE',
    description: 'one setting, such as hazelcast.network.port.port=5811',
  },
  cluster: {
    kind: 'text',
    short: 'cn',
    placeholder: 'NAME',
    description: 'the name of the cluster',
  },
} as const satisfies FlagSpecs

export interface SetupOptions {
  readonly role: MemberSettings['role']
  readonly set: readonly string[]
  readonly cluster: string | undefined
}

/** Everything that a member is started with. */
export interface MemberSetup {
  readonly clusterName: string
  readonly member: MemberSettings
  readonly http: HttpSettings
  /** Where a member with this configuration would be asked. */
  readonly client: { readonly url: string; readonly credentials: HttpCredentials }
  /** The effective configuration, without secrets. */
  readonly configuration: () => unknown
}

const SECRETS = /secret|password|token/

/** Reads the configuration of a member from the command line. Throws CLI-001. */
export const loadSetup = ({ role, set, cluster }: SetupOptions): MemberSetup => {
  const given = readGiven(
    cluster === undefined ? set : [...set, `hazelcast.cluster-name=${cluster}`],
  )
  const member = memberSettings(given, role)
  const http = httpSettings(given)
  return {
    clusterName: member.clusterName,
    member,
    http,
    client: {
      url: `http://127.0.0.1:${http.listeners[0]!.address.port}`,
      credentials: http.credentials,
    },
    configuration: () =>
      Object.fromEntries(
        [...given].map(([key, value]) => [key, SECRETS.test(key) ? '******' : value]),
      ),
  }
}
