import type { Modules } from '../modules.ts'

/** The module loader of Bun, and its bundler. */
export const realModules: Modules = {
  load: (path) => import(Bun.pathToFileURL(path).href) as Promise<Record<string, unknown>>,
  bundle: async (path, options) => (await import('./bundling.ts')).bundle(path, options),
}
