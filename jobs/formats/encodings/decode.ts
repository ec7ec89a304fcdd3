import { EngineError } from '../../../runtime/errors/index.ts'
import type { ByteSource } from '../byteSource.ts'

/** The labels of the web's encodings; TextDecoder checks the text itself. */
type Encoding = ConstructorParameters<typeof TextDecoder>[0]

const UTF8_NAMES: ReadonlySet<string> = new Set(['utf-8', 'utf8', 'us-ascii', 'ascii'])
const LATIN1_NAMES: ReadonlySet<string> = new Set(['iso-8859-1', 'iso8859-1', 'latin1', 'latin-1'])

/** Whether text in this encoding needs no conversion. */
export const isUtf8 = (encoding: string): boolean => UTF8_NAMES.has(encoding.trim().toLowerCase())

/** Whether each byte of text in this encoding is the character of that number. */
export const isLatin1 = (encoding: string): boolean =>
  LATIN1_NAMES.has(encoding.trim().toLowerCase())

/** A decoder of an encoding by the name that Java or the web gives it. Throws FIL-005. */
export const decoderOf = (encoding: string): TextDecoder => {
  const name = encoding
    .trim()
    .toLowerCase()
    .replace(/_/g, '-')
    .replace(/^cp(?=125\d$)/, 'windows-')
  try {
    return new TextDecoder(name as Encoding, { ignoreBOM: false })
  } catch (cause) {
    throw new EngineError('FIL-005', `The encoding ${encoding} is not known.`, { cause })
  }
}

/** `source` converted from `encoding` to UTF-8. */
export const decodeBytes = (source: ByteSource, encoding: string): ByteSource => {
  if (isUtf8(encoding)) return source
  const encoder = new TextEncoder()
  const decoder = isLatin1(encoding) ? null : decoderOf(encoding)
  let ended = false
  return {
    next: async () => {
      for (;;) {
        if (ended) return null
        const bytes = await source.next()
        ended = bytes === null
        const text =
          decoder === null
            ? Buffer.from(bytes ?? []).toString('latin1')
            : decoder.decode(bytes ?? new Uint8Array(0), { stream: !ended })
        if (text !== '') return encoder.encode(text)
      }
    },
    close: () => source.close(),
  }
}
