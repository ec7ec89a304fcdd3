import { expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { decodeText } from '../../../../runtime/config/index.ts'
import { read, valueOf } from './read.ts'

test('deep nesting, long keys and long chains end with a problem', async () => {
  const texts = [
    'a = ' + '['.repeat(100_000),
    'a {'.repeat(100_000),
    'a.'.repeat(100_000) + 'b = 1',
    Array.from({ length: 5000 }, (_, index) => `a${index} = \${a${index + 1}}`).join('\n') +
      '\na5000 = 1',
    'b0 = x\n' + Array.from({ length: 60 }, (_, i) => `b${i + 1} = \${b${i}}\${b${i}}`).join('\n'),
  ]
  for (const text of texts) {
    const { problems } = await read(text)
    expect(problems.length).toBeGreaterThan(0)
    expect(problems.length).toBeLessThan(60)
  }
})

test('objects that hang in each other and texts that multiply end with a problem', async () => {
  const deep = (index: number) => `${'{ x = '.repeat(150)}\${a${index}}${' }'.repeat(150)}`
  const chain = Array.from({ length: 100 }, (_, index) => `a${index} = ${deep(index + 1)}`)
  expect((await read(`${chain.join('\n')}\na100 = 1`)).problems).toHaveLength(1)
  const long = Array.from({ length: 30 }, (_, i) => `b${i + 1} = \${b${i}}\${b${i}}`).join('\n')
  expect((await read(`b0 = "${'x'.repeat(1 << 20)}"\n${long}`)).problems).toHaveLength(1)
})

test('long lines take time in proportion', async () => {
  const { value } = await read(`a = ${'x '.repeat(300_000)}\nb = [${'1,'.repeat(300_000)}]`)
  expect((value as { b: unknown[] }).b).toHaveLength(300_000)
})

test('a text that is no text has a place', () => {
  expect(() => decodeText(new Uint8Array([0xff, 0xfe, 0]), 'x')).toThrow('not text in UTF-8')
  expect(() => decodeText(new Uint8Array([65, 0]), 'x')).toThrow('zero byte')
  expect(() => decodeText(new Uint8Array(17 << 20), 'x')).toThrow('larger than')
})

const PIECES = ['{', '}', '[', ']', '"', '"""', '${', '}', '?', '=', ':', '+=', ',', '\n', ' ']
const WORDS = [
  'a',
  'b',
  'a.b',
  '1',
  '-',
  '.',
  '#',
  '//',
  '\\',
  'include "a"',
  'true',
  '\u0000',
  '😀',
]

test('no text makes the reader fail in another way than by problems', async () => {
  const piece = fc.constantFrom(...PIECES, ...WORDS)
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 60 }), async (pieces) => {
      const { value } = await read(pieces.join(''))
      expect(typeof value).toBe('object')
    }),
    { numRuns: 1500 },
  )
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 80 }), async (text) => {
      await read(text)
    }),
    { numRuns: 500 },
  )
})

test('any JSON object reads as itself', async () => {
  await fc.assert(
    fc.asyncProperty(fc.dictionary(fc.string(), fc.jsonValue()), async (object) => {
      const text = JSON.stringify(object)
      const expected = JSON.parse(text) as never
      const [asHocon, asJson] = [await valueOf(text), await valueOf(text, { json: true })]
      expect(withoutDigits(asHocon)).toEqual(withoutDigits(expected))
      expect(asJson).toEqual(asHocon)
    }),
    { numRuns: 300 },
  )
})

/** Numbers that a double would change come as texts; here both are compared as doubles. */
const withoutDigits = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (_, inner: unknown) =>
    typeof inner === 'number'
      ? String(inner)
      : typeof inner === 'string' && inner !== '' && Number.isFinite(Number(inner))
        ? String(Number(inner))
        : inner,
  )
