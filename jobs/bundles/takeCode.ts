import { EngineError } from '../../runtime/errors/index.ts'
import { absolutePath, type Host } from '../../runtime/host/index.ts'
import type { PipelineGraph } from '../code/index.ts'
import { tablePathsOf } from '../files/index.ts'
import type { Plan } from '../plan/index.ts'
import type { BundleCache } from './bundleCache.ts'
import { bundleJob, bundleOf, isBundle } from './bundleJob.ts'
import { describeBundle } from './describeBundle.ts'
import { readPipeline } from './readPipeline.ts'

export interface TakeCodeOptions {
  readonly host: Host
  readonly cache: BundleCache
  /** Where an uploaded file is put while it is bundled. */
  readonly folder: string
  /** The text of the pipeline API. */
  readonly api: string
}

/** A job in code, ready to run on any member. */
export interface TakenCode {
  readonly plan: Plan
  /** By vertex id, as far as they are known before the job runs. */
  readonly tablePaths: readonly (readonly string[])[]
  readonly bundle: string
}

const encoder = new TextEncoder()

const NAME_MAX = 100

/** The end of a name that a user gave, as far as a file of this member may have it. */
const nameOf = (file: string): string => {
  const name = file
    .replace(/^.*[/\\]/s, '')
    .replace(/[^\w.-]/g, '_')
    .slice(-NAME_MAX)
  return /\.[cm]?[jt]s$/.test(name) ? name : `${name}.js`
}

const describe = async (host: Host, cache: BundleCache, hash: string): Promise<PipelineGraph> => {
  cache.retain(hash)
  try {
    return await describeBundle(host, await cache.pathOf(hash))
  } finally {
    cache.release(hash)
  }
}

/**
 * Bundles the uploaded code of a job, plans it in an isolate and gives it to all members. `file` is
 * what problems name. Throws the first of them.
 */
export const takeCode = async (
  { host, cache, folder, api }: TakeCodeOptions,
  file: string,
  text: string,
): Promise<TakenCode> => {
  const name = nameOf(file)
  // As problems name it.
  const place = absolutePath(`${folder}/upload-${host.random.uuid()}`)
  const uploaded = `${place}/${name}`
  await host.disk.makeFolder(place)
  await host.disk.writeFileAtomically(uploaded, encoder.encode(text))
  try {
    const bundle = isBundle(text)
      ? bundleOf(text)
      : await bundleJob(host.modules, { path: uploaded, name, api })
    await cache.distribute(bundle)
    const graph = await describe(host, cache, bundle.hash)
    const job = await readPipeline(graph, file)
    const { plan, diagnostics } = job
    const error = diagnostics.find(({ severity }) => severity === 'error')
    if (plan !== undefined && error === undefined) {
      return { plan, tablePaths: tablePathsOf(job), bundle: bundle.hash }
    }
    const { code, message, at } = error!
    throw new EngineError(code, message, { at })
  } catch (thrown) {
    throw thrown instanceof EngineError && thrown.at?.file === uploaded
      ? new EngineError(thrown.code, thrown.message, { at: { ...thrown.at, file } })
      : thrown
  } finally {
    await host.disk.remove(place)
  }
}
