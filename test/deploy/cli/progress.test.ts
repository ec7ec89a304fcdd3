import { describe, expect, test } from 'bun:test'
import { createProgressMeter } from '../../../deploy/cli/progress/meter.ts'
import { bytesText, countText, durationText } from '../../../deploy/cli/progress/numbers.ts'
import { createProgressView } from '../../../deploy/cli/progress/view.ts'
import { Ansis } from 'ansis'

const progressOf = (sourceRows: number, splitsDone: number, splitsFound?: number) => ({
  sourceRows,
  sourceBytes: sourceRows * 100,
  sinkRows: sourceRows - 24,
  committedRows: 0,
  rejectedRows: 0,
  splitsDone,
  splitsFound,
  lastCheckpointId: 0,
  vertices: [],
})

const createStream = (isTerminal: boolean) => {
  const written: string[] = []
  const write = (text: string): void => void written.push(text)
  return { written, stream: { isTerminal, columns: 60, color: new Ansis(0), write } }
}

describe('numbers', () => {
  test.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.00 kB'],
    [9_999, '10.0 kB'],
    [12_345_678, '12.3 MB'],
    [999_600, '1.00 MB'],
    [123e15, '123 PB'],
    [123e18, '123000 PB'],
  ])('%d bytes are %s', (sizeBytes, text) => expect(bytesText(sizeBytes)).toBe(text))

  test.each([
    [400, '0 s'],
    [59_400, '59 s'],
    [200_000, '3 min 20 s'],
    [7_500_000, '2 h 5 min'],
  ])('%d ms are %s', (durationMs, text) => expect(durationText(durationMs)).toBe(text))

  test('counts have commas', () => expect(countText(1_234_567.4)).toBe('1,234,567'))
})

describe('the line of progress', () => {
  test('has rows, bytes, rate, lag, splits and the time that is left', () => {
    const meter = createProgressMeter({ startMs: 1000, isBounded: true, showsLag: true })
    meter.line(progressOf(1000, 1, 4), 2000)
    expect(meter.line(progressOf(5000, 2, 4), 3000)).toBe(
      '5,000 rows read  500 kB  4,976 written  4,000 rows/s  lag 24  splits 2/4  ETA 2 s',
    )
  })

  test('knows no end of a stream', () => {
    const meter = createProgressMeter({ startMs: 0, isBounded: false, showsLag: false })
    expect(meter.line(progressOf(100, 1, 2), 1000)).not.toContain('ETA')
  })
})

describe('the view of progress', () => {
  test('repaints one line on a terminal, not wider than it, ten times a second', () => {
    const { stream, written } = createStream(true)
    const view = createProgressView(
      stream,
      createProgressMeter({ startMs: 0, isBounded: true, showsLag: true }),
      0,
    )
    for (let nowMs = 0; nowMs < 1000; nowMs += 10) view.update(progressOf(nowMs, 1, 4), nowMs)
    expect(written).toHaveLength(10)
    for (const text of written) {
      expect(text).toStartWith('\r\u001b[K')
      expect(Bun.stringWidth(text)).toBeLessThan(60)
    }
    view.note('warn something')
    expect(written.slice(-2)).toEqual(['\r\u001b[K', 'warn something\n'])
  })

  test('writes a line every five seconds elsewhere', () => {
    const { stream, written } = createStream(false)
    const view = createProgressView(
      stream,
      createProgressMeter({ startMs: 0, isBounded: true, showsLag: true }),
      0,
    )
    for (let nowMs = 0; nowMs <= 12_000; nowMs += 100) view.update(progressOf(nowMs, 1, 4), nowMs)
    expect(written).toHaveLength(2)
    for (const text of written) expect(text).toMatch(/^[\d,]+ rows read .*\n$/)
  })
})
