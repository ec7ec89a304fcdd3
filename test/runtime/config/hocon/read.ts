import {
  readHocon,
  toJson,
  type HoconOptions,
  type JsonValue,
} from '../../../../runtime/config/index.ts'
import { Diagnostics, formatDiagnostic } from '../../../../runtime/errors/index.ts'

export interface Read {
  readonly value: JsonValue
  readonly problems: readonly string[]
}

/** Reads a text called `t` to plain values and printed problems. */
export const read = async (text: string, options: HoconOptions = {}): Promise<Read> => {
  const diagnostics = new Diagnostics()
  const root = await readHocon(text, 't', diagnostics, options)
  return { value: toJson(root), problems: diagnostics.all.map(formatDiagnostic) }
}

/** The plain value of a text without problems. */
export const valueOf = async (text: string, options: HoconOptions = {}): Promise<JsonValue> => {
  const { value, problems } = await read(text, options)
  if (problems.length > 0) throw new Error(problems.join('\n'))
  return value
}

/** A disk that holds these texts. */
export const diskOf = (files: { readonly [path: string]: string }) => ({
  stat: async (path: string) =>
    Object.hasOwn(files, path) ? { isFolder: false, sizeBytes: 0, modifiedAtMs: 0 } : undefined,
  readFile: async (path: string) => new TextEncoder().encode(files[path]!),
})
