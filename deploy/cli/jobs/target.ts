import { locateHttp } from '../../../members/http/index.ts'
import { PROTOCOL } from '../../../members/member/index.ts'
import { createClientMessenger } from '../../../members/wire/index.ts'
import { expandMembers } from '../../../members/discovery/index.ts'
import type { ClientSettings } from '../../../members/grid/index.ts'
import { EngineError, messageOf } from '../../../runtime/errors/index.ts'
import type { Host } from '../../../runtime/host/index.ts'
import { loadConfiguration } from '../../../runtime/settings/index.ts'
import { clientSettings, readTls } from '../../configuration/index.ts'
import type { FlagsOf, FlagSpecs } from '../command.ts'
import type { MemberClient } from '../member/client.ts'
import { loadSetup, setupFlags } from '../member/setup.ts'

/** The flags of every verb that asks a cluster about jobs. */
export const jobFlags = {
  url: {
    kind: 'text',
    placeholder: 'URL',
    description:
      'the HTTP port of a member, or of a SeaTunnel server; found by itself unless given',
  },
  member: {
    kind: 'list',
    short: 'm',
    placeholder: 'HOST:PORT',
    description: 'a member to ask where the HTTP port is',
  },
  ...setupFlags,
} as const satisfies FlagSpecs

export type JobFlags = FlagsOf<typeof jobFlags>

const MEMBER_PORTS = [5801, 5802, 5803]

/** Asks members in turn where the HTTP port of one is. */
const askMembers = async (host: Host, settings: ClientSettings): Promise<string> => {
  const { clusterName, secret, tls, members } = settings
  const messenger = createClientMessenger({
    host,
    settings: { clusterName, secret, versions: PROTOCOL },
    ...(tls === undefined ? {} : { tls }),
    events: {
      onConnected: () => undefined,
      onDisconnected: () => undefined,
      onRefused: () => undefined,
      onBug: (thrown) => {
        throw thrown
      },
    },
  })
  let reason = 'none is configured'
  try {
    for (const address of expandMembers(members, MEMBER_PORTS)) {
      try {
        const url = await locateHttp(messenger, address)
        if (url !== undefined) return url
        reason = `${address.host}:${address.port} has no HTTP port that can be reached from here`
      } catch (thrown) {
        reason = messageOf(thrown)
      }
    }
  } finally {
    await messenger.close()
  }
  throw new EngineError('API-002', `No member tells where its HTTP port is: ${reason}`)
}

/** The client's own file names members; that of a member says where its port is. */
const namedMembers = async (
  host: Host,
  { config, set, cluster, member }: JobFlags,
): Promise<ClientSettings | undefined> => {
  const { configuration, written } = await loadConfiguration(host, {
    role: 'master_and_worker',
    files: config,
    settings: set,
  })
  if (configuration === undefined) return undefined
  const isClient = written.kind === 'object' && written.entries.has('hazelcast-client')
  if (member.length === 0 && !isClient) return undefined
  const settings = clientSettings(configuration, written, await readTls(host, configuration))
  return {
    ...settings,
    ...(member.length === 0 ? {} : { members: member }),
    ...(cluster === undefined ? {} : { clusterName: cluster }),
  }
}

/** Finds the HTTP port to ask. Throws API-002 when no member tells it. */
export const jobTarget = async (host: Host, flags: JobFlags): Promise<MemberClient> => {
  const { client } = await loadSetup(host, { ...flags, role: undefined })
  if (flags.url !== undefined) return { ...client, url: flags.url.replace(/\/+$/, '') }
  const settings = await namedMembers(host, flags)
  return settings === undefined ? client : { ...client, url: await askMembers(host, settings) }
}
