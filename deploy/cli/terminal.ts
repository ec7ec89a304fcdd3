import { writeSync } from 'node:fs'
import { isatty } from 'node:tty'
import { Ansis } from 'ansis'

/** One of the two streams that the command writes to. */
export interface TextStream {
  readonly isTerminal: boolean
  /** Width in columns; 160 where it is not known. */
  readonly columns: number
  /** Paints nothing where colour is not wanted: NO_COLOR, TERM=dumb, not a terminal. */
  readonly color: Ansis
  /** Writes all of the text before it returns, so that no exit cuts it. */
  write(text: string): void
}

export interface Terminal {
  readonly out: TextStream
  readonly err: TextStream
  readonly environment: { readonly [name: string]: string | undefined }
}

const WAITER = new Int32Array(new SharedArrayBuffer(4))
const PIPE_FULL_WAIT_MS = 2
const COLUMNS_UNKNOWN = 160

const errorCodeOf = (thrown: unknown): string | undefined =>
  thrown instanceof Error && 'code' in thrown ? String(thrown.code) : undefined

/** A reader that went away (`| head`) is no mistake: what follows is dropped. */
const writeFully = (descriptor: number, bytes: Uint8Array): void => {
  let written = 0
  while (written < bytes.length) {
    try {
      written += writeSync(descriptor, bytes, written)
    } catch (thrown) {
      const code = errorCodeOf(thrown)
      if (code === 'EPIPE') return
      if (code !== 'EAGAIN') throw thrown
      Atomics.wait(WAITER, 0, 0, PIPE_FULL_WAIT_MS)
    }
  }
}

const wantsColor = (isTerminal: boolean, environment: Terminal['environment']): boolean => {
  if (environment['NO_COLOR']) return false
  if (environment['FORCE_COLOR'] && environment['FORCE_COLOR'] !== '0') return true
  return isTerminal && environment['TERM'] !== 'dumb'
}

const openStream = (
  descriptor: 1 | 2,
  environment: Terminal['environment'],
  columns: () => number | undefined,
): TextStream => {
  const isTerminal = isatty(descriptor)
  const encoder = new TextEncoder()
  return {
    isTerminal,
    get columns() {
      // A terminal that does not know its size says 0.
      return (isTerminal && columns()) || COLUMNS_UNKNOWN
    },
    color: new Ansis(wantsColor(isTerminal, environment) ? 1 : 0),
    write: (text) => writeFully(descriptor, encoder.encode(text)),
  }
}

/** The streams and the environment of this process. */
export const processTerminal = (): Terminal => ({
  out: openStream(1, process.env, () => process.stdout.columns),
  err: openStream(2, process.env, () => process.stderr.columns),
  environment: process.env,
})
