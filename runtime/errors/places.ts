/** Where in a text something stands; line and column count from 1. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}

export const formatPlace = (place: Place): string => `${place.file}:${place.line}:${place.column}`
