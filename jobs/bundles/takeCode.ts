import { EngineError } from '../../runtime/errors/index.ts'
import type { Host } from '../../runtime/host/index.ts'
import type { Plan } from '../plan/index.ts'
import type { BundleCache } from './bundleCache.ts'
import { bundleJob } from './bundleJob.ts'
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
  readonly bundle: string
}

const encoder = new TextEncoder()

/** Names of uploaded files are shown, not trusted: only the suffix counts. */
const suffixOf = (file: string): string => /\.[cm]?[jt]s$/.exec(file)?.[0] ?? '.js'

/**
 * Bundles the uploaded code of a job, plans it in an isolate and gives it to all members. `file` is
 * what problems name. Throws the first of them.
 */
export const takeCode = async (
  { host, cache, folder, api }: TakeCodeOptions,
  file: string,
  text: string,
): Promise<TakenCode> => {
  const uploaded = `${folder}/upload-${host.random.uuid()}${suffixOf(file)}`
  await host.disk.makeFolder(folder)
  await host.disk.writeFileAtomically(uploaded, encoder.encode(text))
  try {
    const bundle = await bundleJob(host.modules, uploaded, api)
    await cache.distribute(bundle)
    const graph = await describeBundle(host, await cache.pathOf(bundle.hash))
    const { plan, diagnostics } = await readPipeline(graph, file)
    const error = diagnostics.find(({ severity }) => severity === 'error')
    if (plan !== undefined && error === undefined) return { plan, bundle: bundle.hash }
    const { code, message, at } = error!
    throw new EngineError(code, message, { at })
  } catch (thrown) {
    throw thrown instanceof EngineError && thrown.at?.file === uploaded
      ? new EngineError(thrown.code, thrown.message, { at: { ...thrown.at, file } })
      : thrown
  } finally {
    await host.disk.remove(uploaded)
  }
}
