/** How the cells of a header row are told apart. */
export interface HeaderSyntax {
  readonly fieldDelimiter: string
  readonly rowDelimiter: string
  readonly quote: string | null
}

/** Where row `count` starts in `bytes`, counting from `start`; -1 when that many are not there. */
export const skipRows = (
  bytes: Uint8Array,
  start: number,
  count: number,
  rowDelimiter: string,
): number => {
  const delimiter = Buffer.from(rowDelimiter)
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  let at = start
  for (let row = 0; row < count; row += 1) {
    const end = buffer.indexOf(delimiter, at)
    if (end < 0) return -1
    at = end + delimiter.length
  }
  return at
}

/** The names of the cells in the row between `start` and `end`, which includes the row's end. */
export const headerOf = (
  bytes: Uint8Array,
  start: number,
  end: number,
  syntax: HeaderSyntax,
): readonly string[] => {
  let text = new TextDecoder().decode(bytes.subarray(start, end))
  if (text.endsWith(syntax.rowDelimiter)) text = text.slice(0, -syntax.rowDelimiter.length)
  return splitRow(text.replace(/\r$/, ''), syntax.fieldDelimiter, syntax.quote).map((name) =>
    name.trim(),
  )
}

const splitRow = (text: string, delimiter: string, quote: string | null): string[] => {
  const names: string[] = []
  let at = 0
  for (;;) {
    if (quote !== null && quote !== '' && text[at] === quote) {
      let name = ''
      at += 1
      while (at < text.length && (text[at] !== quote || text[at + 1] === quote)) {
        if (text[at] === quote) at += 1
        name += text[at]
        at += 1
      }
      names.push(name)
    } else {
      const end = text.indexOf(delimiter, at)
      names.push(text.slice(at, end < 0 ? text.length : end))
    }
    const next = text.indexOf(delimiter, at)
    if (next < 0) return names
    at = next + delimiter.length
  }
}
