import { EngineError } from '../../runtime/errors/index.ts'
import type { Vertex } from './plan.ts'

/**
 * The error of a plugin with its place in the job file: that of the option whose text it is about
 * (then the place within the text is told after the sentence), of the option that its sentence
 * names, else of the plugin. Anything but an EngineError comes back as it is.
 */
export const placedIn = (vertex: Vertex, thrown: unknown): unknown => {
  if (!(thrown instanceof EngineError)) return thrown
  const { code, message, at, retry } = thrown
  const place = at === undefined ? undefined : vertex.optionPlaces[at.file]
  if (at !== undefined && place !== undefined) {
    const within = `(line ${at.line}, column ${at.column} of \`${at.file}\`)`
    return new EngineError(code, `${message} ${within}`, { at: place, retry, cause: thrown })
  }
  if (at !== undefined) return thrown
  const words = new Set(message.split(/[\s`",:;()=]+|\.(?=\s|$)/))
  const named = Object.keys(vertex.optionPlaces).find((key) => words.has(key))
  const placeOfError = named === undefined ? vertex.at : vertex.optionPlaces[named]
  return new EngineError(code, message, { at: placeOfError, retry, cause: thrown })
}
