import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './freePorts.ts'
import { removeAtExit, waitUntilReady } from './processes.ts'

/** The last one whose free edition has locks and counters (the CP subsystem). */
const VERSION = '5.4.0'
const COPY_PLUGIN = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy'
const FETCH_TIMEOUT_MS = 120_000
const FOLDER = join(tmpdir(), 'tidegate-hazelcast')
const JAR = join(FOLDER, `hazelcast-${VERSION}.jar`)

/** Maven brings the jar from where this machine's Maven is set up to look; it is kept for next time. */
const fetchJar = async (): Promise<void> => {
  mkdirSync(FOLDER, { recursive: true })
  const folder = mkdtempSync(join(FOLDER, 'fetch-'))
  const artifact = [`-Dartifact=com.hazelcast:hazelcast:${VERSION}`, `-DoutputDirectory=${folder}`]
  const maven = Bun.spawn(['mvn', '-B', '-q', COPY_PLUGIN, ...artifact], {
    cwd: folder,
    stdout: 'ignore',
    stderr: 'ignore',
    timeout: FETCH_TIMEOUT_MS,
  })
  await maven.exited
  const fetched = join(folder, `hazelcast-${VERSION}.jar`)
  if (existsSync(fetched)) renameSync(fetched, JAR)
  rmSync(folder, { recursive: true, force: true })
}

/** Why Hazelcast cannot be started here, or undefined when it can. */
export const hazelcastMissing = async (): Promise<string | undefined> => {
  if (Bun.which('java') === null)
    return 'Java is not installed (Debian package default-jre-headless)'
  if (existsSync(JAR)) return undefined
  if (Bun.which('mvn') === null) return 'Maven is not installed (Debian package maven)'
  await fetchJar()
  return existsSync(JAR) ? undefined : `Maven could not fetch Hazelcast ${VERSION}`
}

export interface HazelcastServer {
  readonly port: number
  readonly clusterName: string
  stop(): Promise<void>
}

/**
 * Starts one Hazelcast member on a free port, which nobody joins. `sections` are those of its YAML
 * that follow cluster-name and network, indented by two.
 */
export const startHazelcast = async (sections: string): Promise<HazelcastServer> => {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-hazelcast-'))
  const remove = removeAtExit(folder)
  const port = freePort()
  const clusterName = `contract-${port}`
  await Bun.write(
    join(folder, 'hazelcast.yaml'),
    `hazelcast:
  cluster-name: ${clusterName}
  network:
    public-address: 127.0.0.1:${port}
    port: { port: ${port}, auto-increment: false }
    interfaces: { enabled: true, interfaces: [127.0.0.1] }
    join: { auto-detection: { enabled: false }, multicast: { enabled: false } }
  properties:
    hazelcast.phone.home.enabled: false
    hazelcast.logging.type: none
    hazelcast.socket.bind.any: false
    # What a client held is freed as soon as it is gone; by default after two minutes.
    hazelcast.client.cleanup.period.millis: 100
    hazelcast.client.cleanup.timeout.millis: 100
${sections}`,
  )
  const options = ['-Xmx256m', '-XX:TieredStopAtLevel=1', '-Dhazelcast.config=hazelcast.yaml']
  const main = 'com.hazelcast.core.server.HazelcastMemberStarter'
  const command = ['setpriv', '--pdeathsig', 'KILL', 'java', ...options, '-cp', JAR, main]
  const server = Bun.spawn(command, { cwd: folder, stdout: 'ignore', stderr: 'ignore' })
  await waitUntilReady(async () => {
    const socket = await Bun.connect({ hostname: '127.0.0.1', port, socket: { data: () => {} } })
    socket.end()
  })
  return {
    port,
    clusterName,
    async stop() {
      server.kill('SIGKILL')
      await server.exited
      remove()
    },
  }
}
