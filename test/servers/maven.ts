import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const PLUGIN = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1'
const FETCH_TIMEOUT_MS = 240_000

/** A project of Maven, with what else belongs `inside`. */
export const mavenProject = (
  group: string,
  artifact: string,
  version: string,
  inside = '',
): string =>
  `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>` +
  `<groupId>${group}</groupId><artifactId>${artifact}</artifactId>` +
  `<version>${version}</version><packaging>pom</packaging>${inside}</project>`

/** Why nothing can be fetched here, or undefined where Maven can be asked. */
export const mavenMissing = (): string | undefined =>
  Bun.which('mvn') === null ? 'Maven is not installed (Debian package maven)' : undefined

/**
 * Lets a goal of Maven's dependency plugin fill `folder`, which is kept for next time; `pom` is the
 * project that it runs in. Maven looks where this machine's Maven is set up to look. Tells whether
 * the folder is there.
 */
export const fetchByMaven = async (
  folder: string,
  pom: string,
  goal: readonly [name: string, ...options: string[]],
): Promise<boolean> => {
  if (existsSync(folder)) return true
  const parent = join(folder, '..')
  mkdirSync(parent, { recursive: true })
  const project = mkdtempSync(join(parent, 'fetch-'))
  try {
    await Bun.write(join(project, 'pom.xml'), pom)
    const [name, ...options] = goal
    const target = join(project, 'jars')
    const command = ['mvn', '-B', '-q', `${PLUGIN}:${name}`, `-DoutputDirectory=${target}`]
    const maven = Bun.spawn([...command, ...options], {
      cwd: project,
      stdout: 'ignore',
      stderr: 'ignore',
      timeout: FETCH_TIMEOUT_MS,
    })
    if ((await maven.exited) !== 0) return false
    // Another test process may have been faster.
    if (!existsSync(folder)) renameSync(target, folder)
    return true
  } finally {
    rmSync(project, { recursive: true, force: true })
  }
}
