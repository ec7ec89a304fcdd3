export {
  cellText,
  type CellParser,
  type CellRules,
  type Cells,
  type FailCell,
  type Unescape,
} from './cells.ts'
export { createGridReader, type GridReaderOptions, type Tokenizer } from './gridReader.ts'
export { cellParserOf, type CellNotation } from './parsers.ts'
export { patternOf, type TemporalFormats } from './temporals.ts'
