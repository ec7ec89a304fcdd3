import { EngineError } from '../../../../runtime/errors/index.ts'
import type { FragmentCall } from '../structure.ts'
import { JOURNAL_WAIT_KEY, type Journal } from './journal.ts'
import type { MapState } from './state.ts'

/** One answer holds about so much. */
const READ_BYTES = 256 * 1024

const journalOf = ({ journal, context }: MapState): Journal => {
  if (journal !== undefined) return journal
  throw new EngineError('GRD-015', `The map \`${context.name}\` has no event journal`)
}

/** → the number of the oldest change that is kept, and the one that the next change will have. */
export const journalState = (state: MapState, call: FragmentCall): void => {
  const journal = journalOf(state)
  call.result.f64(journal.headAt(call.nowMs))
  call.result.f64(journal.tail + 1)
}

/**
 * Number to start with, least and largest count, timeout → the number of the first change that is
 * answered, how many, the changes. Waits until there are as many as wanted, or the time is over.
 */
export const readJournal = (state: MapState, call: FragmentCall): void => {
  const journal = journalOf(state)
  const { arguments: source, result } = call
  const wanted = source.f64()
  const countMin = source.u32()
  const countMax = source.u32()
  const timeoutMs = source.f64()
  const next = journal.tail + 1
  const from = Math.min(Math.max(wanted, journal.headAt(call.nowMs)), next)
  if (next - from < countMin && timeoutMs > 0 && call.turn !== 3) {
    call.park(JOURNAL_WAIT_KEY, timeoutMs)
    return
  }
  result.f64(from)
  const end = result.length + READ_BYTES
  let sequence = from
  for (; sequence < next && sequence - from < countMax && result.length < end; sequence += 1) {
    result.flag(true)
    result.bytes(journal.at(sequence) ?? NOTHING)
  }
  result.flag(false)
}

/** In place of a change that never came here: its partition was copied from one that had lost it. */
const NOTHING = new Uint8Array(0)
