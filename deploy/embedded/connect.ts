import {
  type ClientSettings,
  connectGrid,
  DEFAULT_CLIENT,
  type Grid,
  type RetrySettings,
} from '../../members/grid/index.ts'
import { createRealHost, type Host } from '../../runtime/host/index.ts'
import { loadConfiguration } from '../../runtime/settings/index.ts'
import { clientSettings, readTls } from '../configuration/index.ts'
import { configurationOrThrow } from './loading.ts'

/** How a program reaches a cluster; what is not given is as in Hazelcast's client. */
export interface ConnectOptions extends Partial<Omit<ClientSettings, 'clusterName' | 'retry'>> {
  /** The name of the cluster; `seatunnel` unless given. */
  readonly cluster?: string
  readonly retry?: Partial<RetrySettings>
  /** A file such as hazelcast-client.yaml; what is given here wins over it. */
  readonly config?: string
  /** Where the program runs; the real machine unless given. */
  readonly host?: Host
}

const configured = async (host: Host, config: string | undefined): Promise<ClientSettings> => {
  if (config === undefined) return DEFAULT_CLIENT
  const loaded = await loadConfiguration(host, { role: 'master_and_worker', files: [config] })
  const configuration = configurationOrThrow(loaded)
  return clientSettings(configuration, loaded.written, await readTls(host, configuration))
}

/**
 * Connects this program to a cluster as a client.
 * Rejects with EngineError: GRD-050 no member answers in time; NET-001 another cluster; NET-002
 * another secret; NET-007 another version; CFG-… for a configuration that is not valid.
 */
export const connect = async (options: ConnectOptions = {}): Promise<Grid> => {
  const { cluster, retry, config, host = createRealHost(), ...given } = options
  const settings = await configured(host, config)
  return connectGrid(host, {
    ...settings,
    ...given,
    ...(cluster === undefined ? {} : { clusterName: cluster }),
    retry: { ...settings.retry, ...retry },
  })
}
