import type { Host } from '../host.ts'
import { realClock } from './clock.ts'
import { realDatabases } from './databases.ts'
import { realDisk } from './disk.ts'
import { realHttp } from './http.ts'
import { realMemory } from './memory.ts'
import { realModules } from './modules.ts'
import { realNetwork } from './network.ts'
import { realObjects } from './objects.ts'
import { realProcess } from './process.ts'
import { realProcessors } from './processors.ts'
import { realRandom } from './random.ts'
import { createRealThreads } from './threads.ts'

/** The machine that this process runs on. */
export const createRealHost = (): Host => ({
  clock: realClock,
  random: realRandom,
  disk: realDisk,
  network: realNetwork,
  threads: createRealThreads(),
  http: realHttp,
  databases: realDatabases,
  objects: realObjects,
  memory: realMemory,
  processors: realProcessors,
  process: realProcess,
  modules: realModules,
  environment: process.env,
})
