import packageFile from '../../package.json' with { type: 'json' }
import {
  DEFAULT_GRID,
  type EntryProcessors,
  type MergeFunctions,
  type Grid,
  type GridSettings,
  openMemberGrid,
} from '../../members/grid/index.ts'
import { startMember } from '../../members/member/index.ts'
import {
  DEFAULT_MEMBER_SETTINGS,
  type JoinSettings,
  type MemberSettings,
} from '../../members/settings.ts'
import { createRealHost, type Host, type Tls } from '../../runtime/host/index.ts'
import { loadConfiguration } from '../../runtime/settings/index.ts'
import { gridSettings, memberSettings, readTls } from '../configuration/index.ts'
import { configurationOrThrow } from './loading.ts'

/**
 * How a program becomes a member; the settings of structures are those of `GridSettings`, by name.
 * What is not given is as in Hazelcast.
 */
export interface JoinOptions extends Partial<GridSettings> {
  /** The name of the cluster; `seatunnel` unless given. */
  readonly cluster?: string
  /**
   * Where other members may be: `host`, `host:port`, `10.0.0.1-7`. Without any the program is
   * a cluster of its own until others find it; left out, members are looked for by multicast.
   */
  readonly members?: readonly string[]
  /** Where members and clients reach this one; the next free one from 5801 on unless given, 0 any. */
  readonly port?: number
  /** The address to listen on; loopback unless given. Others need a secret. */
  readonly bindAddress?: string
  /** What others are told to dial, where that is another address. */
  readonly publicAddress?: string
  /** A `worker` holds no data. */
  readonly role?: MemberSettings['role']
  /** Proven to other members and clients, and by them. */
  readonly secret?: string
  readonly tls?: Tls
  /** All masters that the cluster has: from three on, a side of a split without their majority stops. */
  readonly masters?: number
  /** Entry processors of maps, by name: every member must have those that callers name. */
  readonly processors?: EntryProcessors
  /** Merge functions of maps, by name: every member must have those that `merge-policy` names. */
  readonly mergeFunctions?: MergeFunctions
  /** A file such as hazelcast.yaml or tidegate.yaml; what is given here wins over it. */
  readonly config?: string
  /** Where the program runs; the real machine unless given. */
  readonly host?: Host
}

interface Settings {
  readonly member: MemberSettings
  readonly grid: GridSettings
}

const configured = async (
  host: Host,
  config: string | undefined,
  role: MemberSettings['role'] | undefined,
): Promise<Settings> => {
  if (config === undefined) {
    const member = { ...DEFAULT_MEMBER_SETTINGS, clusterName: 'seatunnel' }
    return { member: { ...member, programVersion: packageFile.version }, grid: DEFAULT_GRID }
  }
  const loaded = await loadConfiguration(host, {
    role: role ?? 'master_and_worker',
    files: [config],
  })
  const configuration = configurationOrThrow(loaded)
  const tls = await readTls(host, configuration)
  return {
    member: memberSettings(configuration, role ?? configuration.tidegate.role, tls),
    grid: gridSettings(configuration),
  }
}

const joinOf = (join: JoinSettings, members: readonly string[] | undefined): JoinSettings =>
  members === undefined
    ? join
    : {
        ...join,
        multicast: { ...join.multicast, enabled: false },
        dns: { ...join.dns, enabled: false },
        tcpIp: { ...join.tcpIp, enabled: true, members },
      }

const memberOf = (settings: MemberSettings, options: JoinOptions): MemberSettings => {
  const { network, splitBrainProtection } = settings
  const { cluster, members, port, bindAddress, publicAddress, role, secret, tls } = options
  const { masters = splitBrainProtection.masters, partitionCount } = options
  return {
    ...settings,
    role: role ?? settings.role,
    clusterName: cluster ?? settings.clusterName,
    secret: secret ?? settings.secret,
    partitionCount: partitionCount ?? settings.partitionCount,
    network: {
      ...network,
      port: port ?? network.port,
      bindAddress: bindAddress ?? network.bindAddress,
      publicAddress: publicAddress ?? network.publicAddress,
      tls: tls ?? network.tls,
    },
    join: joinOf(settings.join, members),
    splitBrainProtection: { ...splitBrainProtection, masters },
  }
}

const GRID_KEYS = Object.keys(DEFAULT_GRID) as (keyof GridSettings)[]

/** The settings of structures that were given, over those of the file, name by name. */
const gridOf = (settings: GridSettings, options: JoinOptions): GridSettings => {
  const merged: Record<string, unknown> = { ...settings }
  for (const key of GRID_KEYS) {
    const given = options[key]
    if (given === undefined) continue
    const isByName = typeof given === 'object' && key !== 'grouping'
    merged[key] = isByName ? { ...(settings[key] as object), ...given } : given
  }
  return merged as unknown as GridSettings
}

/**
 * Makes this program a member of a cluster: it finds the others, holds its part of the data, and
 * hands it over when it closes. Resolves when it is in.
 * Rejects with EngineError: HST-006 the port is taken; CFG-… settings that contradict each other;
 * NET-002 or NET-007 refused by the cluster; NET-004 no cluster in time.
 */
export const join = async (options: JoinOptions = {}): Promise<Grid> => {
  const { host = createRealHost(), config, role, processors, mergeFunctions } = options
  const settings = await configured(host, config, role)
  const memberSettingsGiven = memberOf(settings.member, options)
  const member = await startMember(host, memberSettingsGiven)
  return openMemberGrid({
    host,
    member,
    clusterName: memberSettingsGiven.clusterName,
    settings: gridOf(settings.grid, options),
    ...(processors === undefined ? {} : { processors }),
    ...(mergeFunctions === undefined ? {} : { mergeFunctions }),
    leave: () => member.leave(),
  })
}
