import { join } from 'node:path'

/**
 * The pipeline API in one module, for the bundles of jobs. A macro: it runs while this program is
 * itself bundled or loaded, so that an executable has the text inside.
 */
export const apiText = (): string => {
  const entry = join(import.meta.dir, '../../../jobs/pipeline/index.ts')
  const built = Bun.spawnSync([process.execPath, 'build', entry, '--format=esm', '--target=bun'])
  if (!built.success) throw new Error(built.stderr.toString())
  return built.stdout.toString()
}
