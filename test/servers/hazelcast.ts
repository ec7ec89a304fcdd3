import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './freePorts.ts'
import { fetchByMaven, mavenMissing, mavenProject } from './maven.ts'
import { removeAtExit, waitUntilReady } from './processes.ts'

/** The last one whose free edition has locks and counters (the CP subsystem). */
const VERSION = '5.4.0'
const FOLDER = join(tmpdir(), 'tidegate-hazelcast', VERSION)
const JAR = join(FOLDER, `hazelcast-${VERSION}.jar`)

/** Why Hazelcast cannot be started here, or undefined when it can. */
export const hazelcastMissing = async (): Promise<string | undefined> => {
  if (Bun.which('java') === null)
    return 'Java is not installed (Debian package default-jre-headless)'
  if (existsSync(JAR)) return undefined
  const missing = mavenMissing()
  if (missing !== undefined) return missing
  const artifact = `-Dartifact=com.hazelcast:hazelcast:${VERSION}`
  const isThere = await fetchByMaven(FOLDER, mavenProject('peer', 'peer', '1'), ['copy', artifact])
  return isThere ? undefined : `Maven could not fetch Hazelcast ${VERSION}`
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
