/** What was done with a map in one partition since this member serves it; never replicated. */
export interface MapCounters {
  gets: number
  hits: number
  sets: number
  puts: number
  removes: number
  evictions: number
  expirations: number
  /** Wall clock, 0 for never. */
  lastAccessMs: number
  lastUpdateMs: number
}

export const createCounters = (): MapCounters => ({
  gets: 0,
  hits: 0,
  sets: 0,
  puts: 0,
  removes: 0,
  evictions: 0,
  expirations: 0,
  lastAccessMs: 0,
  lastUpdateMs: 0,
})
