import { posix } from 'node:path'
import type { Rule, SourceFile } from '../sources.ts'

/** What the isolate of a small job loads. */
const ROOTS = [
  'jobs/tasks/main.ts',
  'jobs/connectors/console/index.ts',
  'jobs/connectors/fakesource/index.ts',
  'jobs/connectors/localfile/index.ts',
]

/** What few jobs need, and costs each isolate some hundred kilobytes or more: it is loaded on demand. */
const HEAVY = [
  'members/',
  'jobs/code/jobCode.ts',
  'jobs/files/',
  'jobs/formats/parquet/',
  'jobs/optionblocks/',
  'runtime/codes/',
  'runtime/config/',
  'runtime/exchange/',
  'runtime/expressions/',
  'runtime/host/real/bundling.ts',
  'runtime/host/real/databaseServers.ts',
  'runtime/host/real/httpServing.ts',
  'runtime/host/real/sockets.ts',
]

/** Modules of Bun and Node that take next to nothing. */
const LIGHT_MODULES = new Set(['bun', 'bun:jsc', 'node:os', 'node:path'])

const IMPORT = /^(?:import|export)(?! type\b)\b[^'"`;]*?\bfrom\s+'([^']+)'|^import\s+'([^']+)'/gm

/** What a file brings along when it is loaded: no types, nothing that is imported later. */
const loadedBy = ({ path, text }: SourceFile): string[] =>
  [...text.matchAll(IMPORT)].map(([, from, bare]) => {
    const specifier = (from ?? bare)!
    return specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : specifier
  })

/** Isolates load only what their tasks need: hundreds of them run in one worker. */
export const lightIsolates: Rule = (files) => {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const seen = new Set(ROOTS)
  const found: string[] = []
  for (const path of seen) {
    for (const loaded of loadedBy(byPath.get(path)!)) {
      const isFile = byPath.has(loaded)
      const isHeavy = isFile ? HEAVY.some((heavy) => loaded.startsWith(heavy)) : true
      if (isHeavy && !LIGHT_MODULES.has(loaded)) {
        found.push(`${path} brings ${loaded} into every isolate; import it when it is needed`)
      } else if (isFile) seen.add(loaded)
    }
  }
  return found
}
