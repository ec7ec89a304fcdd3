type Matcher = (text: string) => boolean

/** A function that tells whether a text is LIKE a pattern; it keeps the last pattern compiled. */
export const likeMatcher = (): ((text: string, pattern: string) => boolean) => {
  let lastPattern: string | null = null
  let matches: Matcher = () => false
  return (text, pattern) => {
    if (pattern !== lastPattern) {
      matches = compileLike(pattern)
      lastPattern = pattern
    }
    return matches(text)
  }
}

/** The pattern as a plain search where it is one. A backslash takes `%`, `_` and itself literally. */
const compileLike = (pattern: string): Matcher => {
  const plain = /^(%?)([^%_\\]*)(%?)$/.exec(pattern)
  if (plain === null) {
    const expression = new RegExp(`^${regexOf(pattern)}$`, 'su')
    return (text) => expression.test(text)
  }
  const [, before, text, after] = plain as unknown as [string, string, string, string]
  if (before === '' && after === '') return (value) => value === text
  if (before === '') return (value) => value.startsWith(text)
  if (after === '') return (value) => value.endsWith(text)
  return (value) => value.includes(text)
}

const regexOf = (pattern: string): string =>
  pattern.replace(/\\[%_\\]|[%_]|[\\^$.*+?()[\]{}|/-]/g, (part) => {
    if (part === '%') return '.*'
    if (part === '_') return '.'
    return part.length === 2 ? part[1]!.replace('\\', '\\\\') : `\\${part}`
  })
