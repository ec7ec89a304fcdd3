import type { SimEvent } from './eventQueue.ts'

/** What happened, as lines of fixed columns and as one number. */
export interface Trace {
  add(event: SimEvent, atMs: number): void
  /** A line of the scenario's own. */
  note(text: string, atMs: number): void
  /** All lines where the simulation keeps them, else the last ones. */
  lines(): string[]
  /** Equal for equal histories; made from every event, kept or not. */
  fingerprint(): number
}

const RECENT = 64

interface Line {
  readonly atMs: number
  readonly event: SimEvent | undefined
  readonly text: string
}

/** `time sequence machine kind peer size`; time in milliseconds, with microseconds and more. */
const format = (line: Line): string => {
  const { event } = line
  const time = line.atMs.toFixed(6).padStart(16)
  if (event === undefined) return `${time} ${'-'.padStart(9)} ${line.text}`
  const sequence = String(event.sequence).padStart(9)
  const machine = (event.process?.machine ?? '-').padEnd(8)
  const size = String(event.size).padStart(8)
  return `${time} ${sequence} ${machine} ${event.kind.padEnd(14)} ${event.peer.padEnd(8)} ${size}`
}

const FLOAT = new Float64Array(1)
const WORDS = new Uint32Array(FLOAT.buffer)

export const createTrace = (keepsAll: boolean): Trace => {
  const kept: Line[] = []
  const kinds = new Map<string, number>()
  let count = 0
  let hash = 0x811c9dc5

  const mix = (value: number): void => {
    hash = Math.imul(hash ^ value, 0x01000193)
    hash ^= hash >>> 15
  }
  const kindNumber = (kind: string): number => {
    let number = kinds.get(kind)
    if (number === undefined) {
      number = kinds.size + 1
      kinds.set(kind, number)
    }
    return number
  }
  const keep = (line: Line): void => {
    if (keepsAll) kept.push(line)
    else kept[count % RECENT] = line
    count += 1
  }
  return {
    add: (event, atMs) => {
      FLOAT[0] = atMs
      mix(WORDS[0]!)
      mix(WORDS[1]!)
      mix(kindNumber(event.kind))
      mix(event.process === undefined ? -1 : event.process.index)
      mix(event.size)
      keep({ atMs, event, text: '' })
    },
    note: (text, atMs) => {
      for (let at = 0; at < text.length; at += 1) mix(text.charCodeAt(at))
      keep({ atMs, event: undefined, text })
    },
    lines: () => {
      if (keepsAll || count <= RECENT) return kept.map(format)
      const oldest = count % RECENT
      return [...kept.slice(oldest), ...kept.slice(0, oldest)].map(format)
    },
    fingerprint: () => hash >>> 0,
  }
}
