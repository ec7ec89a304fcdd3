import type { Place } from '../../errors/index.ts'

/** A HOCON text as written: nothing is merged, included or substituted yet. */
export interface HoconObject {
  readonly kind: 'object'
  readonly at: Place
  readonly fields: readonly (HoconField | HoconInclude)[]
}

export interface HoconField {
  readonly kind: 'field'
  /** `a.b` has two elements, `"a.b"` has one. */
  readonly path: readonly HoconKey[]
  readonly value: HoconValue
}

export interface HoconKey {
  readonly name: string
  readonly at: Place
}

export interface HoconInclude {
  readonly kind: 'include'
  readonly at: Place
  readonly file: string
  readonly required: boolean
}

/** What stands after a key or in an array: pieces that stand side by side are joined. */
export interface HoconValue {
  readonly at: Place
  readonly pieces: readonly HoconPiece[]
}

export interface HoconText {
  readonly kind: 'text'
  readonly at: Place
  readonly text: string
  readonly quoted: boolean
}

export interface HoconArray {
  readonly kind: 'array'
  readonly at: Place
  readonly items: readonly HoconValue[]
}

export interface HoconSubstitution {
  readonly kind: 'substitution'
  readonly at: Place
  readonly path: readonly string[]
  /** `${?a}`: nothing where `a` is not set, instead of an error. */
  readonly optional: boolean
  /** Of `${a:text}`, an addition of SeaTunnel's job files. */
  readonly defaultText?: string
  /** As written, with `${` and `}`. */
  readonly source: string
}

export type HoconPiece =
  | HoconText
  | HoconArray
  | HoconObject
  | HoconSubstitution
  /** White space between two pieces: kept between texts only. */
  | { readonly kind: 'space'; readonly text: string }
  /** The value that the same key had before: `a += b` is `a = <previous> [b]`. */
  | { readonly kind: 'previous'; readonly at: Place }
