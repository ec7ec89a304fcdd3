import type { Random } from '../host.ts'

export const realRandom: Random = {
  next: () => Math.random(),
  integer: (bound) => Math.floor(Math.random() * bound),
  bytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
  uuid: () => crypto.randomUUID(),
}
