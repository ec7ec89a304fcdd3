import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import {
  civilDate,
  dayOfWeek,
  epochDay,
  formatDate,
  formatTime,
  formatTimestamp,
  NANOS_OF_DAY,
  parseDate,
  parseOffset,
  parseTime,
  parseTimestamp,
  Timestamp,
  zoneOf,
} from '../../../runtime/rows/index.ts'
import { compilePattern } from '../../../runtime/timepatterns/index.ts'

const days = fc.integer({ min: -2_000_000_000, max: 2_000_000_000 })
const nanosOfDay = fc.integer({ min: 0, max: NANOS_OF_DAY - 1 })
const timestamps = fc
  .tuple(
    fc.integer({ min: -(10 ** 13), max: 10 ** 13 }),
    fc.integer({ min: 0, max: 999_999_999 }),
    fc.option(fc.integer({ min: -64_800, max: 64_800 })),
  )
  .map(([seconds, nanos, offset]) => new Timestamp(seconds, nanos, offset))

describe('dates and times', () => {
  test('the civil calendar agrees with the built-in one', () => {
    fc.assert(
      fc.property(fc.integer({ min: -90_000_000, max: 90_000_000 }), (day) => {
        const date = new Date(day * 86_400_000)
        const civil = civilDate(day)
        expect(civil).toEqual({
          year: date.getUTCFullYear(),
          month: date.getUTCMonth() + 1,
          day: date.getUTCDate(),
        })
        expect(epochDay(civil.year, civil.month, civil.day)).toBe(day)
        expect(dayOfWeek(day) % 7).toBe(date.getUTCDay())
      }),
    )
  })

  test('every date, time and timestamp survives its text', () => {
    fc.assert(
      fc.property(days, nanosOfDay, timestamps, (day, nanos, timestamp) => {
        expect(parseDate(formatDate(day))).toBe(day)
        expect(parseTime(formatTime(nanos))).toBe(nanos)
        expect(parseTimestamp(formatTimestamp(timestamp))).toEqual(timestamp)
        expect(parseTimestamp(formatTimestamp(timestamp, ' '))).toEqual(timestamp)
      }),
    )
  })

  test.each([
    ['2012-12-21', 15_695],
    ['1970-01-01', 0],
    ['2024/1/5', 19_727],
    ['20240105', 19_727],
    ['2024年01月05日', 19_727],
    ['0000-03-01', -719_468],
    ['+10000-01-01', 2_932_897],
    ['-0001-12-31', -719_529],
  ])('the date %s is day %d', (text, day) => {
    expect(parseDate(text)).toBe(day)
  })

  test.each([
    '',
    '2023-02-29',
    '2024-13-01',
    '2024-00-10',
    '2024-1',
    'x',
    '2024-01/05',
    '99999999-01-01',
  ])('"%s" is not a date', (text) => {
    expect(parseDate(text)).toBeNull()
  })

  test.each([
    ['2012-12-21T12:34:56', new Timestamp(1_356_093_296, 0)],
    ['2012-12-21 12:34:56.5', new Timestamp(1_356_093_296, 500_000_000)],
    ['2012-12-21 12:34', new Timestamp(1_356_093_240, 0)],
    ['20121221123456', new Timestamp(1_356_093_296, 0)],
    ['2012年12月21日 12时34分56秒', new Timestamp(1_356_093_296, 0)],
    ['2012-12-21T12:34:56.123456789Z', new Timestamp(1_356_093_296, 123_456_789, 0)],
    ['2012-12-21T20:34:56+08:00', new Timestamp(1_356_093_296, 0, 28_800)],
    ['2012-12-21 20:34:56 +0800', new Timestamp(1_356_093_296, 0, 28_800)],
    ['2012-12-21T20:34:56+08:00[Asia/Shanghai]', new Timestamp(1_356_093_296, 0, 28_800)],
  ])('the timestamp %s', (text, expected) => {
    expect(parseTimestamp(text)).toEqual(expected)
  })

  test.each(['2012-12-21', '2012-12-21T25:00:00', '2012-12-21T12:60', '2012-02-30T00:00:00'])(
    '"%s" is not a timestamp',
    (text) => {
      expect(parseTimestamp(text)).toBeNull()
    },
  )

  test('offsets', () => {
    expect(['Z', '+8', '-0830', '+08:00:30', '+19:00', '+08:60', '8'].map(parseOffset)).toEqual([
      0,
      28_800,
      -30_600,
      28_830,
      null,
      null,
      null,
    ])
  })
})

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

describe('zones', () => {
  test('named and fixed', () => {
    expect(zoneOf('Asia/Shanghai').offsetAt(0)).toBe(28_800)
    expect(zoneOf('GMT+8').offsetAt(0)).toBe(28_800)
    expect(zoneOf('UTC').offsetAt(0)).toBe(0)
    expect(zoneOf('-03:30').offsetAtLocal(0)).toBe(-12_600)
    expect(zoneOf('Europe/Berlin').offsetAt(1_720_000_000)).toBe(7200)
    expect(() => zoneOf('Mars/Base')).toThrow('no time zone "Mars/Base"')
  })

  test('a local time in a gap or an overlap has the offset from before', () => {
    const berlin = zoneOf('Europe/Berlin')
    const gap = parseTimestamp('2024-03-31T02:30:00')!.epochSeconds
    const overlap = parseTimestamp('2024-10-27T02:30:00')!.epochSeconds
    expect(berlin.offsetAtLocal(gap)).toBe(3600)
    expect(berlin.offsetAtLocal(gap + 3600)).toBe(7200)
    expect(berlin.offsetAtLocal(overlap)).toBe(7200)
    expect(berlin.offsetAtLocal(overlap + 3600)).toBe(3600)
  })
})
