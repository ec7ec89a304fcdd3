import { ByteSink, ByteSource } from '../bytes/index.ts'
import type { FragmentCall } from '../structures/structure.ts'

/** Why a call that has not been answered waits. */
export interface Parking {
  readonly key: string
  readonly timeoutMs: number
}

/** The one object that all calls of a member run with, one after the other. */
export class OperationCall implements FragmentCall {
  operation = 0
  readonly arguments = new ByteSource(new Uint8Array(0))
  readonly result = new ByteSink(1024)
  readonly effects = new ByteSink(1024)
  caller = ''
  turn: 1 | 2 | 3 = 1
  nowMs = 0
  hasListeners = false
  isAlone = false
  /** Set by `park` in the run that has just ended. */
  parking: Parking | undefined
  events: Uint8Array[] | undefined
  works: Promise<void>[] | undefined

  /** Makes it ready for the next run; who runs it sets the rest. */
  begin(nowMs: number, hasListeners: boolean, isAlone: boolean): void {
    this.result.reset()
    this.effects.reset()
    this.parking = undefined
    this.events = undefined
    this.works = undefined
    this.nowMs = nowMs
    this.hasListeners = hasListeners
    this.isAlone = isAlone
  }

  park(key: string, timeoutMs: number): void {
    this.parking = { key, timeoutMs }
  }

  answerAfter(work: Promise<void>): void {
    if (this.works === undefined) this.works = [work]
    else this.works.push(work)
  }

  publish(event: Uint8Array): void {
    if (!this.hasListeners) return
    if (this.events === undefined) this.events = [event]
    else this.events.push(event)
  }
}
