import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { Timestamp } from '../../../runtime/rows/index.ts'
import { compilePattern } from '../../../runtime/timepatterns/index.ts'
import { timestamps } from '../rows/timestamps.ts'

describe('patterns', () => {
  const moment = new Timestamp(1_356_093_296, 123_456_789)
  test.each([
    ['yyyy-MM-dd HH:mm:ss', '2012-12-21 12:34:56'],
    ['yyyy/MM/dd', '2012/12/21'],
    ['yyyyMMdd', '20121221'],
    ['yyyyMMddHHmmssSSS', '20121221123456123'],
    ['dd.MM.yy H:m:s', '21.12.12 12:34:56'],
    ["yyyy-MM-dd'T'HH:mm:ss.SSSSSSSSS", '2012-12-21T12:34:56.123456789'],
    ['EEE, d MMM yyyy hh:mm a', 'Fri, 21 Dec 2012 12:34 PM'],
    ["EEEE 'o''clock' MMMM", "Friday o'clock December"],
    ["yyyy''MM", "2012'12"],
    ['yyyy-DDD', '2012-356'],
  ])('%s writes %s', (pattern, text) => {
    expect(compilePattern(pattern).formatTimestamp(moment)).toBe(text)
  })

  test('a pattern with all parts reads back what it writes', () => {
    const pattern = compilePattern('yyyy-MM-dd HH:mm:ss.SSSSSSSSSXXX')
    const halves = compilePattern('uuuuMMdd hh:mm:ss a n')
    fc.assert(
      fc.property(timestamps, ({ epochSeconds, nanos, offsetSeconds }) => {
        const offset = offsetSeconds === null ? 0 : offsetSeconds - (offsetSeconds % 60)
        const zoned = new Timestamp(epochSeconds, nanos, offset === 0 ? 0 : offset)
        expect(pattern.parseTimestamp(pattern.formatTimestamp(zoned))).toEqual(zoned)
        const local = new Timestamp(Math.abs(epochSeconds) % (7000 * 31_556_952), nanos)
        expect(halves.parseTimestamp(halves.formatTimestamp(local))).toEqual(local)
      }),
    )
  })

  test('optional parts', () => {
    const pattern = compilePattern('yyyy-MM-dd[ HH:mm[:ss]]')
    expect(pattern.parseTimestamp('1970-01-02')).toEqual(new Timestamp(86_400, 0))
    expect(pattern.parseTimestamp('1970-01-02 00:01:01')).toEqual(new Timestamp(86_461, 0))
    expect(pattern.parseDate('1970-01-02 00:01')).toBe(1)
  })

  test.each(['13:00 AM', '2:60 AM', '02:00 xx'])('"%s" does not match', (text) => {
    expect(compilePattern('h:mm a').parseTime(text)).toBeNull()
  })

  test.each(["yyyy 'open", 'yyyy [MM', 'MM]', 'yyyy bb', 'y'.repeat(300)])(
    '"%s" is refused',
    (pattern) => {
      expect(() => compilePattern(pattern)).toThrow('is not valid')
    },
  )
})
