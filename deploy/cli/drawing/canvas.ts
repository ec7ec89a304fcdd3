const UP = 1
const DOWN = 2
const LEFT = 4
const RIGHT = 8

/** The line character for every set of directions. */
const LINES = ' ╵╷│╴┘┐┤╶└┌├─┴┬┼'

/** A sheet of characters on which lines that meet join by themselves. */
export interface Canvas {
  /** A line along a row, from one column to another, ends included. */
  horizontal(row: number, fromColumn: number, toColumn: number): void
  vertical(column: number, fromRow: number, toRow: number): void
  text(row: number, column: number, text: string): void
  render(): string
}

export const createCanvas = (rowCount: number, columnCount: number): Canvas => {
  const directions = new Uint8Array(rowCount * columnCount)
  const characters: (string | undefined)[] = Array.from({ length: rowCount * columnCount })
  const join = (row: number, column: number, direction: number): void => {
    directions[row * columnCount + column]! |= direction
  }
  return {
    horizontal(row, fromColumn, toColumn) {
      for (let column = fromColumn; column < toColumn; column += 1) {
        join(row, column, RIGHT)
        join(row, column + 1, LEFT)
      }
    },
    vertical(column, fromRow, toRow) {
      for (let row = Math.min(fromRow, toRow); row < Math.max(fromRow, toRow); row += 1) {
        join(row, column, DOWN)
        join(row + 1, column, UP)
      }
    },
    text(row, column, text) {
      let at = row * columnCount + column
      for (const character of text) {
        characters[at] = character
        at += 1
        // A wide character takes the next place too.
        if (Bun.stringWidth(character) === 2) characters[at++] = ''
      }
    },
    render() {
      const rows = Array.from({ length: rowCount }, (_, row) =>
        Array.from(
          { length: columnCount },
          (_, column) =>
            characters[row * columnCount + column] ??
            LINES[directions[row * columnCount + column]!],
        )
          .join('')
          .trimEnd(),
      )
      return `${rows.join('\n').trimEnd()}\n`
    },
  }
}
