/** An operation on one key, as its client saw it. */
export interface Recorded {
  readonly client: string
  readonly kind: 'get' | 'put' | 'compareAndSet' | 'remove'
  /** What `compareAndSet` expects. */
  readonly expected?: string | undefined
  readonly value?: string
  readonly calledMs: number
  /** Infinity while nobody knows whether it has run. */
  returnedMs: number
  /** The value that was there before, or whether the exchange was made. */
  result?: string | boolean | undefined
}

/** The state after an operation; undefined where it cannot have run on this state. */
const after = (
  operation: Recorded,
  state: string | undefined,
): { readonly state: string | undefined } | undefined => {
  const isKnown = operation.returnedMs < Infinity
  const { kind, value, expected, result } = operation
  switch (kind) {
    case 'get':
      return !isKnown || result === state ? { state } : undefined
    case 'put':
      return !isKnown || result === state ? { state: value } : undefined
    case 'remove':
      return !isKnown || result === state ? { state: undefined } : undefined
    default: {
      kind satisfies 'compareAndSet'
      const isMade = state === expected
      if (isKnown && result !== isMade) return undefined
      return { state: isMade ? value : state }
    }
  }
}

const print = (operation: Recorded): string => {
  const { client, kind, expected, value, result, calledMs, returnedMs } = operation
  const asked = kind === 'compareAndSet' ? `${expected} -> ${value}` : (value ?? '')
  return `${calledMs.toFixed(1)}..${returnedMs.toFixed(1)} ${client} ${kind} ${asked} = ${result}`
}

/**
 * Whether operations on one key can have happened one after the other, each at some moment between
 * its call and its return; those without a return at any later moment, or never. Tries all orders
 * (Wing and Gong), never the same state after the same operations twice.
 * Returns what is wrong; undefined when the history is fine.
 */
export const explain = (key: string, history: readonly Recorded[]): string | undefined => {
  // What nobody has seen and nobody knows of changes nothing.
  const operations = history
    .filter(({ kind, returnedMs }) => kind !== 'get' || returnedMs < Infinity)
    .sort((left, right) => left.calledMs - right.calledMs)
  const isDone = new Uint8Array(operations.length)
  const seen = new Set<string>()
  let furthest = 0

  /** `from`: all before it are done. */
  const search = (from: number, state: string | undefined): boolean => {
    let first = from
    while (first < operations.length && isDone[first] === 1) first += 1
    furthest = Math.max(furthest, first)
    // The next one has to be called before any other has returned.
    let limitMs = Infinity
    let isOpen = false
    const candidates: number[] = []
    for (let at = first; at < operations.length; at += 1) {
      if (isDone[at] === 1) continue
      const operation = operations[at]!
      if (operation.calledMs > limitMs) break
      candidates.push(at)
      limitMs = Math.min(limitMs, operation.returnedMs)
      isOpen ||= operation.returnedMs < Infinity
    }
    if (!isOpen) {
      for (let at = first; at < operations.length; at += 1) {
        if (isDone[at] === 0 && operations[at]!.returnedMs < Infinity) isOpen = true
      }
      if (!isOpen) return true
    }
    const mark = `${first}:${candidates.join()}:${state}`
    if (seen.has(mark)) return false
    seen.add(mark)
    for (const at of candidates) {
      if (operations[at]!.calledMs > limitMs) continue
      const next = after(operations[at]!, state)
      if (next === undefined) continue
      isDone[at] = 1
      if (search(first, next.state)) return true
      isDone[at] = 0
    }
    return false
  }
  if (search(0, undefined)) return undefined
  const around = operations.slice(Math.max(0, furthest - 8), furthest + 8).map(print)
  return `no order explains what was seen of ${key}, near\n${around.join('\n')}`
}
