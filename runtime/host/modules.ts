/** Code that is not part of this program. */
export interface Modules {
  /** Runs the module in the file and answers what it exports; rejects with what it throws. */
  load(path: string): Promise<Readonly<Record<string, unknown>>>
  /**
   * Puts a TypeScript or JavaScript file and all that it imports into one module. Resolves with the
   * text, which is the same wherever the file lies, or with what is wrong.
   */
  bundle(path: string, options: BundleOptions): Promise<BundleResult>
}

export interface BundleOptions {
  /** What stacks of the module call the file. */
  readonly name: string
  /** The text of modules by the name under which they are imported. */
  readonly virtual: Readonly<Record<string, string>>
}

export type BundleResult =
  | { readonly kind: 'bundled'; readonly text: string }
  | { readonly kind: 'failed'; readonly problems: readonly BundleProblem[] }

export interface BundleProblem {
  readonly message: string
  /** From 1; all undefined where the problem has no place. */
  readonly file: string | undefined
  readonly line: number | undefined
  readonly column: number | undefined
}
