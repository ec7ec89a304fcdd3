import { EngineError } from '../errors/index.ts'

/** Larger texts are no configuration: they are refused before they are parsed. */
export const TEXT_BYTES_MAX = 16 * 1024 * 1024

/** The text of a configuration file. Throws CFG-001 for one that is too large, or no UTF-8 text. */
export const decodeText = (bytes: Uint8Array, file: string): string => {
  const at = { file, line: 1, column: 1 }
  if (bytes.length > TEXT_BYTES_MAX) {
    const message = `The file is larger than ${TEXT_BYTES_MAX >> 20} MiB; it is no configuration.`
    throw new EngineError('CFG-001', message, { at })
  }
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (thrown) {
    throw new EngineError('CFG-001', 'The file is not text in UTF-8.', { at, cause: thrown })
  }
  if (text.includes('\0')) {
    throw new EngineError('CFG-001', 'The file is binary: it holds a zero byte.', { at })
  }
  return text
}
