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
import { timestamps } from './timestamps.ts'

const days = fc.integer({ min: -2_000_000_000, max: 2_000_000_000 })
const nanosOfDay = fc.integer({ min: 0, max: NANOS_OF_DAY - 1 })

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
