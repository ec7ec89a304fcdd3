import * as fc from 'fast-check'
import { Timestamp } from '../../../runtime/rows/index.ts'

/** Any timestamps, with and without an offset. */
export const timestamps = fc
  .tuple(
    fc.integer({ min: -(10 ** 13), max: 10 ** 13 }),
    fc.integer({ min: 0, max: 999_999_999 }),
    fc.option(fc.integer({ min: -64_800, max: 64_800 })),
  )
  .map(([seconds, nanos, offset]) => new Timestamp(seconds, nanos, offset))
