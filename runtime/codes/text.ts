/** What a code means: one sentence for what happened, one for what to do. */
export interface ErrorCodeText {
  readonly what: string
  readonly action: string
}

/** The codes of some areas; the letters keep a code from being registered in two files. */
export type CodesOf<Area extends string> = Readonly<Record<`${Area}-${string}`, ErrorCodeText>>
