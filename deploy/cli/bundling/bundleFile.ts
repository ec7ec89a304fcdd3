import { basename, join } from 'node:path'
import { bundleJob, type Bundle } from '../../../jobs/bundles/index.ts'
import type { Host } from '../../../runtime/host/index.ts'
import { stateFolder } from '../stateFolder.ts'
import { apiText } from './apiText.ts' with { type: 'macro' }

/** Bundles a job in code. Throws PIP-003. */
export const bundleFile = (host: Host, path: string): Promise<Bundle> =>
  bundleJob(host.modules, { path, name: basename(path), api: apiText() })

/** Keeps a bundle where isolates can load it, named by its content; answers its path. */
export const keepBundle = async ({ disk, environment }: Host, bundle: Bundle): Promise<string> => {
  const folder = join(stateFolder(environment), 'bundles')
  const path = join(folder, `${bundle.hash}.js`)
  if ((await disk.stat(path)) !== undefined) return path
  await disk.makeFolder(folder)
  await disk.writeFileAtomically(path, new TextEncoder().encode(bundle.text))
  return path
}
