import type { TransformHost } from '../transforms/index.ts'

const never = (): never => {
  throw new Error('Binding a transform runs nothing')
}

/** For binding transforms without running them: reaching for a clock or a random number is a bug. */
export const BINDING_HOST: TransformHost = {
  clock: { now: never, monotonic: never, timer: never, sleep: never, yield: never },
  random: { next: never, integer: never, bytes: never, uuid: never },
}
