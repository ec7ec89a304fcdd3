import { describe, expect, test } from 'bun:test'
import { assert, constantFrom, property, array, string as anyString } from 'fast-check'
import { linearRegex } from '../../../../members/grid/query/linearRegex.ts'
import { compilePredicate, ilike, like } from '../../../../members/grid/query/index.ts'
import type { EngineError } from '../../../../runtime/errors/index.ts'

const TEXTS = [
  '',
  'a',
  'b',
  'aa',
  'ab',
  'abab',
  'aab-b',
  'A',
  'é',
  '😀',
  'a😀b',
  'a\nb',
  '7',
  '_a',
  ' a b ',
  '[',
  ']',
  '\\',
  'k',
]

/** As JavaScript's own matcher says. */
const expected = (pattern: string, flags: string, text: string): boolean =>
  new RegExp(`^(?:${pattern})$`, flags).test(text)

const codeOf = (act: () => unknown): string => {
  try {
    act()
    return 'nothing'
  } catch (thrown) {
    return (thrown as EngineError).code
  }
}

const PATTERNS = [
  '',
  'a',
  'ab',
  'a|b',
  'a||b',
  '(a|b)*',
  '(?:ab)+',
  '(?<name>a)?b',
  'a{2}',
  'a{0}',
  'a{1,}b?',
  '(a{1,2}){2}',
  '.*',
  '.+?b',
  '[ab]*',
  '[^a]',
  '[\\]]',
  '[\\[]',
  '\\[',
  '\\\\',
  '\\d',
  '\\D+',
  '\\w*',
  '\\s?a.*',
  '\\u0061',
  '\\u{1F600}',
  '\\ud83d\\ude00',
  '\\x61',
  'a\\nb',
  '\\p{Lu}',
  '\\P{L}*',
  '^a$',
  'a^b',
  '(^a|b)*',
  '\\ba\\b',
  '.*\\bb',
  'a\\Bb',
  '.\\b.*',
  '(a*)*',
  '(a*)+b',
  '(a|aa)*',
  '(?:)*a',
  '(?:a?){3}',
  'é|😀',
  '[😀-😂]',
  '[^\\d]{1,3}',
  '\\cJ?a',
]

describe('an expression is matched as JavaScript matches it', () => {
  test.each(PATTERNS)('%s', (pattern) => {
    for (const flags of ['su', 'isu'] as const) {
      const matches = linearRegex(pattern, flags)
      for (const text of TEXTS) {
        expect([pattern, text, matches(text)]).toEqual([
          pattern,
          text,
          expected(pattern, flags, text),
        ])
      }
    }
  })

  test('whatever is put together', () => {
    const piece = constantFrom(
      'a',
      'b',
      '.',
      '[ab]',
      '[^b]',
      '(',
      '(?:',
      ')',
      '|',
      '*',
      '+',
      '?',
      '{2}',
      '{0,2}',
      '\\b',
      '^',
      '$',
    )
    const text = array(constantFrom('a', 'b', 'c', ' '), { maxLength: 12 })
    assert(
      property(array(piece, { maxLength: 9 }), text, (pieces, letters) => {
        const pattern = pieces.join('')
        if (codeOf(() => linearRegex(pattern, 'su')) !== 'nothing') {
          expect(() => new RegExp(pattern, 'su')).toThrow()
          return
        }
        const given = letters.join('')
        expect(linearRegex(pattern, 'su')(given)).toBe(expected(pattern, 'su', given))
      }),
      { numRuns: 3000 },
    )
  })
})

describe('no text and no expression keeps the thread', () => {
  const long = 'a'.repeat(20_000)

  test('nothing is nothing however often it is repeated', () => {
    expect(linearRegex('((?:){1000000}){1000000}a', 'su')('a')).toBe(true)
  })

  test.each([
    '(a+)+b',
    '(a|a)*b',
    '(a|aa)+b',
    '(.*a){10}b',
    '.*.*.*.*.*b',
    '(a?){50}a{50}b',
    '([a-z]+)*\\d',
  ])('%s', (pattern) => {
    const matches = linearRegex(pattern, 'su')
    expect(matches(long)).toBe(false)
  })

  test.each([
    '(a)\\1',
    '(?<x>a)\\k<x>',
    '(?=a)a',
    '(?!b)a',
    '(?<=a)b',
    '(?<!a)b',
    '(?i:a)',
    'a{3000}',
    '((a{100}){100}){100}',
    `${'('.repeat(200)}a${')'.repeat(200)}`,
  ])('%s is refused', (pattern) => {
    expect(codeOf(() => linearRegex(pattern, 'su'))).toBe('GRD-020')
  })

  test.each(['%a%a%a%a%a%a%a%a%b', '%_a%_a%_a%_a%_a%_a%b', 'a%%%%%%%%%%%%%b'])(
    'like %s',
    (pattern) => {
      const subject = { key: 1, value: long }
      expect(compilePredicate(like('this', pattern))(subject)).toBe(false)
      expect(compilePredicate(ilike('this', pattern))(subject)).toBe(false)
    },
  )
})

test('like is what the expression is that it stands for', () => {
  const part = constantFrom('%', '_', 'a', 'b', '\\%', '\\_', '.', 'ab')
  assert(
    property(
      array(part, { maxLength: 6 }),
      array(constantFrom('a', 'b', '%', '_', '.'), { maxLength: 8 }),
      (parts, letters) => {
        const source = parts
          .map((each) =>
            each === '%'
              ? '.*'
              : each === '_'
                ? '.'
                : each === '.'
                  ? '\\.'
                  : each.replace('\\', ''),
          )
          .join('')
        const text = letters.join('')
        expect(compilePredicate(like('this', parts.join('')))({ key: 1, value: text })).toBe(
          expected(source, 'su', text),
        )
      },
    ),
    { numRuns: 3000 },
  )
  assert(
    property(anyString(), (text) => compilePredicate(like('this', '%'))({ key: 1, value: text })),
  )
})
