/**
 * Where in a text something stands; line and column count from 1. Line 0 is the whole of what `file`
 * names, such as an environment variable.
 */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}

export const formatPlace = (place: Place): string =>
  place.line === 0 ? place.file : `${place.file}:${place.line}:${place.column}`
