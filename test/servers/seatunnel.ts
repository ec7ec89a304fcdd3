import { cpSync, existsSync, mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './freePorts.ts'
import { fetchByMaven, mavenMissing, mavenProject } from './maven.ts'
import { removeAtExit, waitUntilReady } from './processes.ts'

/** The last one whose engine and connectors can be had from Maven; it has the first REST version. */
const VERSION = '2.3.8'
const ENGINE = [
  'seatunnel-engine-server',
  'checkpoint-storage-local-file',
  'seatunnel-transforms-v2',
]
const CONNECTORS = ['connector-fake', 'connector-console']
const FOLDER = join(tmpdir(), 'tidegate-seatunnel')
const JARS = join(FOLDER, VERSION)
const GROUP = 'org.apache.seatunnel'

/** The one that has the page of SeaTunnel in its jar. */
const PAGE_VERSION = '2.3.13'
const PAGE = join(FOLDER, `page-${PAGE_VERSION}`)

const dependency = (artifactId: string): string =>
  `<dependency><groupId>${GROUP}</groupId><artifactId>${artifactId}</artifactId>` +
  `<version>${VERSION}</version></dependency>`

/** Why SeaTunnel cannot be started here, or undefined when it can. */
export const seatunnelMissing = async (): Promise<string | undefined> => {
  if (Bun.which('java') === null)
    return 'Java is not installed (Debian package default-jre-headless)'
  if (existsSync(JARS)) return undefined
  const missing = mavenMissing()
  if (missing !== undefined) return missing
  const dependencies = [...ENGINE, ...CONNECTORS].map(dependency).join('')
  const pom = mavenProject('peer', 'peer', '1', `<dependencies>${dependencies}</dependencies>`)
  const isThere = await fetchByMaven(JARS, pom, ['copy-dependencies', '-DincludeScope=runtime'])
  return isThere ? undefined : `Maven could not fetch SeaTunnel ${VERSION}`
}

/** The folder of the page's files, or why it cannot be had. */
export const seatunnelPage = async (): Promise<{ readonly folder: string } | string> => {
  const folder = join(PAGE, 'ui')
  if (existsSync(folder)) return { folder }
  const missing = mavenMissing()
  if (missing !== undefined) return missing
  // The project takes the place of the parent of what is fetched: some repositories lack it.
  const pom = mavenProject(GROUP, 'seatunnel-engine', PAGE_VERSION)
  const artifact = `${GROUP}:seatunnel-engine-server:${PAGE_VERSION}`
  const isThere = await fetchByMaven(PAGE, pom, [
    'unpack',
    `-Dartifact=${artifact}`,
    '-Dmdep.unpack.includes=ui/**',
  ])
  return isThere && existsSync(folder) ? { folder } : `Maven could not fetch ${artifact}`
}

const hazelcastYaml = (port: number): string => `hazelcast:
  cluster-name: peer-${port}
  network:
    public-address: 127.0.0.1:${port}
    rest-api:
      enabled: true
      endpoint-groups: { CLUSTER_WRITE: { enabled: true }, DATA: { enabled: true } }
    port: { port: ${port}, auto-increment: false }
    interfaces: { enabled: true, interfaces: [127.0.0.1] }
    join:
      auto-detection: { enabled: false }
      multicast: { enabled: false }
      tcp-ip: { enabled: true, member-list: ["127.0.0.1:${port}"] }
  properties:
    hazelcast.phone.home.enabled: false
    hazelcast.socket.bind.any: false
    hazelcast.logging.type: none
    hazelcast.operation.generic.thread.count: 4
`

const seatunnelYaml = (folder: string): string => `seatunnel:
  engine:
    backup-count: 0
    queue-type: blockingqueue
    slot-service: { dynamic-slot: true }
    checkpoint:
      interval: 1000
      timeout: 30000
      storage:
        type: localfile
        max-retained: 3
        plugin-config: { namespace: ${folder}/checkpoints/ }
    telemetry: { metric: { enabled: true } }
`

const MAPPING = `seatunnel.source.FakeSource = connector-fake
seatunnel.sink.Console = connector-console
`

export interface SeatunnelServer {
  /** Where its REST interface is. */
  readonly url: string
  /** Of Hazelcast's own paths. */
  readonly origin: string
  stop(): Promise<void>
}

/** Starts one member of SeaTunnel on a free port, which nobody joins; it has Fake, Console and SQL. */
export const startSeatunnel = async (): Promise<SeatunnelServer> => {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-seatunnel-'))
  const remove = removeAtExit(folder)
  const port = freePort()
  const connectors = join(folder, 'connectors')
  for (const each of ['connectors', 'lib', 'plugins']) mkdirSync(join(folder, each))
  for (const name of CONNECTORS.map((each) => `${each}-${VERSION}.jar`)) {
    cpSync(join(JARS, name), join(connectors, name))
  }
  await Bun.write(join(connectors, 'plugin-mapping.properties'), MAPPING)
  await Bun.write(join(folder, 'hazelcast.yaml'), hazelcastYaml(port))
  await Bun.write(join(folder, 'seatunnel.yaml'), seatunnelYaml(folder))
  const options = [
    '-Xmx384m',
    '-XX:TieredStopAtLevel=1',
    `-DSEATUNNEL_HOME=${folder}`,
    `-Dhazelcast.config=${folder}/hazelcast.yaml`,
    `-Dseatunnel.config=${folder}/seatunnel.yaml`,
  ]
  const main = 'org.apache.seatunnel.engine.server.SeaTunnelServerStarter'
  const command = ['setpriv', '--pdeathsig', 'KILL', 'java', ...options, '-cp', `${JARS}/*`, main]
  const server = Bun.spawn(command, {
    cwd: folder,
    env: { ...process.env, SEATUNNEL_HOME: folder },
    stdout: 'ignore',
    stderr: 'ignore',
  })
  const origin = `http://127.0.0.1:${port}`
  const url = `${origin}/hazelcast/rest/maps`
  await waitUntilReady(async () => {
    const { workers } = (await (await fetch(`${url}/overview`)).json()) as { workers: string }
    if (workers !== '1') throw new Error('It has no worker yet.')
  })
  return {
    url,
    origin,
    async stop() {
      server.kill('SIGKILL')
      await server.exited
      remove()
    },
  }
}
