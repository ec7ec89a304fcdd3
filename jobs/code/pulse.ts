/**
 * What an isolate shows of the code of a job while it runs it, to the thread that watches it: a count
 * that rises with every entry, and the stage that is in, from 1; 0 while none is.
 */
export type Pulse = Int32Array

const COUNT = 0
const STAGE = 1
const CELLS = 2

export const createPulse = (): SharedArrayBuffer =>
  new SharedArrayBuffer(CELLS * Int32Array.BYTES_PER_ELEMENT)

export const pulseOf = (memory: SharedArrayBuffer): Pulse => new Int32Array(memory)

export const enterStage = (pulse: Pulse, stageId: number): void => {
  Atomics.add(pulse, COUNT, 1)
  Atomics.store(pulse, STAGE, stageId + 1)
}

export const leaveStage = (pulse: Pulse): void => {
  Atomics.store(pulse, STAGE, 0)
}

/** The stage that is in and the count of its entry; undefined while none is in. */
export const stageIn = (
  pulse: Pulse,
): { readonly stageId: number; readonly count: number } | undefined => {
  const stage = Atomics.load(pulse, STAGE)
  return stage === 0 ? undefined : { stageId: stage - 1, count: Atomics.load(pulse, COUNT) }
}
