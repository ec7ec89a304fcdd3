import { join } from 'node:path'
import { type Diagnostic, Diagnostics, EngineError } from '../../../runtime/errors/index.ts'
import type { Host } from '../../../runtime/host/index.ts'
import { didYouMean } from '../arguments.ts'
import type { Setting, Settings } from './effective.ts'
import { readSettingsFile } from './files.ts'
import { KEYS, specOf, variableOf } from './keys.ts'

export type Role = 'master' | 'worker' | 'master_and_worker'

export interface ConfigurationOptions {
  readonly role: Role
  /** Files to read instead of those that are looked for; a later one wins. */
  readonly config: readonly string[]
  /** `KEY=VALUE`; wins over everything. */
  readonly set: readonly string[]
  readonly cluster: string | undefined
}

export interface Configuration {
  readonly settings: Settings
  /** The files that were read. */
  readonly files: readonly string[]
  /** Unknown keys, with their places. */
  readonly warnings: readonly Diagnostic[]
  /** What is there and has no effect here. */
  readonly notices: readonly string[]
}

/** One of these is read: the one that the variable names, or the first that is there. */
interface Lookup {
  readonly variable?: string
  readonly names: readonly string[]
}

const HAZELCAST_NAMES: { readonly [Name in Role]: readonly string[] } = {
  master: ['hazelcast-master.yaml', 'hazelcast.yaml', 'hazelcast.xml'],
  worker: ['hazelcast-worker.yaml', 'hazelcast.yaml', 'hazelcast.xml'],
  master_and_worker: ['hazelcast.yaml', 'hazelcast.xml'],
}

/** A later one wins. */
const lookups = (role: Role): readonly Lookup[] => [
  { variable: 'HAZELCAST_CONFIG', names: HAZELCAST_NAMES[role] },
  { variable: 'HAZELCAST_CLIENT_CONFIG', names: ['hazelcast-client.yaml'] },
  { variable: 'SEATUNNEL_CONFIG', names: ['seatunnel.yaml'] },
  { variable: 'TIDEGATE_CONFIG', names: ['tidegate.yaml'] },
]

const foldersOf = ({ environment }: Host): readonly string[] => {
  const home = environment['SEATUNNEL_HOME']
  return ['.', 'config', ...(home === undefined ? [] : [join(home, 'config')])]
}

const isThere = async ({ disk }: Host, path: string): Promise<boolean> =>
  (await disk.stat(path))?.isFolder === false

const find = async (host: Host, { variable, names }: Lookup): Promise<string | undefined> => {
  const named = variable === undefined ? undefined : host.environment[variable]
  if (named !== undefined && named !== '') return named
  for (const name of names) {
    for (const folder of foldersOf(host)) {
      const path = join(folder, name)
      if (await isThere(host, path)) return path
    }
  }
  return undefined
}

const findFiles = async (host: Host, role: Role): Promise<readonly string[]> => {
  const found = await Promise.all(lookups(role).map((lookup) => find(host, lookup)))
  return found.filter((path) => path !== undefined)
}

/** Values of environment variables: those that are named as a key is. */
const fromEnvironment = ({ environment }: Host): Settings => {
  const settings = new Map<string, Setting>()
  for (const key of Object.keys(KEYS)) {
    const name = variableOf(key)
    const value = environment[name]
    if (value !== undefined) settings.set(key, { value, origin: `environment ${name}` })
  }
  return settings
}

const fromCommandLine = (set: readonly string[], cluster: string | undefined): Settings => {
  const settings = new Map<string, Setting>()
  for (const setting of set) {
    const at = setting.indexOf('=')
    if (at < 0) throw new EngineError('CLI-001', `--set ${setting} is not KEY=VALUE.`)
    const key = setting.slice(0, at)
    if (specOf(key) === undefined) {
      const hint = didYouMean(key, Object.keys(KEYS))
      throw new EngineError('CLI-001', `The setting ${key} is unknown.${hint}`)
    }
    settings.set(key, { value: setting.slice(at + 1), origin: '--set' })
  }
  if (cluster !== undefined) {
    settings.set('hazelcast.cluster-name', { value: cluster, origin: '--cluster' })
  }
  return settings
}

const JVM_FILES = ['jvm_options', 'jvm_master_options', 'jvm_worker_options']
const JVM_VARIABLES = ['JAVA_OPTS', 'JvmOption']

/** One sentence for everything that only a Java machine would read. */
const jvmNotices = async (host: Host): Promise<readonly string[]> => {
  const variables = JVM_VARIABLES.filter((name) => (host.environment[name] ?? '') !== '')
  const files: string[] = []
  for (const folder of foldersOf(host)) {
    for (const name of JVM_FILES) {
      if (await isThere(host, join(folder, name))) files.push(join(folder, name))
    }
  }
  const found = [...variables, ...files]
  if (found.length === 0) return []
  return [
    `${found.join(', ')}: heap, collector and dump flags have no effect, there is no Java here. ` +
      'Limit the memory where the process is started: MemoryMax in systemd, --memory of a container.',
  ]
}

/**
 * Everything that was configured. Later ones win: Hazelcast's file, SeaTunnel's, our own, environment
 * variables, the command line. Throws CLI-001, or what is wrong with the first broken file.
 */
export const loadConfiguration = async (
  host: Host,
  options: ConfigurationOptions,
): Promise<Configuration> => {
  const { role, config, set, cluster } = options
  const files = config.length > 0 ? config : await findFiles(host, role)
  const diagnostics = new Diagnostics()
  const settings = new Map<string, Setting>()
  const add = (more: Settings): void => {
    for (const [key, setting] of more) settings.set(key, setting)
  }
  for (const path of files) add(await readSettingsFile(host, path, diagnostics))
  const error = diagnostics.all.find(({ severity }) => severity === 'error')
  if (error !== undefined) throw new EngineError(error.code, error.message, { at: error.at })
  add(fromEnvironment(host))
  add(fromCommandLine(set, cluster))
  return { settings, files, warnings: diagnostics.all, notices: await jvmNotices(host) }
}
