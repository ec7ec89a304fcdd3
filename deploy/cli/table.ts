import type { TextStream } from './terminal.ts'

/** Cuts or pads `text` to a width on the terminal, where a wide character takes two columns. */
export const fit = (text: string, width: number): string => {
  const textWidth = Bun.stringWidth(text)
  return textWidth <= width ? text + ' '.repeat(width - textWidth) : text
}

/**
 * Columns under a heading, as wide as their widest cell, two spaces apart. The last column may be
 * of any length.
 */
export const renderTable = (
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  stream: TextStream,
): string => {
  const widths = heads.map((head, column) =>
    Math.max(Bun.stringWidth(head), ...rows.map((row) => Bun.stringWidth(row[column] ?? ''))),
  )
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => fit(cell, widths[column]!))
      .join('  ')
      .trimEnd()
  return [stream.color.bold(line(heads)), ...rows.map(line)].map((text) => `${text}\n`).join('')
}
