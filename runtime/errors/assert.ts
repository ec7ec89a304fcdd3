/** Stops on a broken invariant of our own; stays on in production. */
export function assert(condition: boolean, text: string): asserts condition {
  if (!condition) throw new Error(`Broken invariant: ${text}`)
}
