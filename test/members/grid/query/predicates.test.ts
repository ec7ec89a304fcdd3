import { describe, expect, test } from 'bun:test'
import { JsonText, LocalDate, Uuid } from '../../../../members/grid/data/index.ts'
import {
  always,
  and,
  between,
  compilePredicate,
  equal,
  greaterEqual,
  greaterThan,
  ilike,
  isIn,
  lessEqual,
  lessThan,
  like,
  never,
  not,
  notEqual,
  or,
  regex,
  sqlPredicate,
  type Predicate,
} from '../../../../members/grid/query/index.ts'
import { EngineError } from '../../../../runtime/errors/index.ts'
import { Decimal } from '../../../../runtime/rows/index.ts'

const UUID = '12345678-1234-1234-1234-123456789abc'

const entry = {
  key: { id: 7n },
  value: {
    name: 'Joe',
    age: 23,
    big: 23n,
    price: new Decimal(1050n, 2),
    isActive: true,
    nothing: null,
    address: { city: 'Ulm', lines: ['a', 'b'] },
    tags: [{ name: 'red' }, { name: 'green' }],
    scores: [1, 5, 9],
    born: new Date('2020-05-05T00:00:00Z'),
    day: new LocalDate(1),
    id: new Uuid(UUID),
    raw: new Uint8Array([1, 2]),
    'odd name': 1,
  },
}

const matches = (predicate: Predicate, subject: { key: unknown; value: unknown } = entry) =>
  compilePredicate(predicate)(subject)

describe('a predicate', () => {
  const yes: Record<string, Predicate> = {
    always: always(),
    'a text': equal('name', 'Joe'),
    'a number': equal('age', 23),
    'a number written as a text': equal('age', '23'),
    'a text written as a number': equal('address.city', 'Ulm'),
    'a number by a bigint': equal('age', 23n),
    'a bigint by a number': equal('big', 23),
    'a decimal by a number': equal('price', 10.5),
    'a number by a decimal': equal('age', new Decimal(230n, 1)),
    'a flag written as a text': equal('isActive', 'true'),
    'null by null': equal('nothing', null),
    'what is not there by null': equal('unknown.deeper', null),
    'bytes by bytes': equal('raw', new Uint8Array([1, 2])),
    'a UUID by its text': equal('id', UUID),
    'a date by a text': equal('born', '2020-05-05T00:00:00Z'),
    'a day by a text': lessThan('day', '1970-01-03 00:00:00'),
    'a path into the key': equal('__key.id', 7),
    'a place in a list': equal('scores[1]', 5),
    'any of a list': equal('scores[any]', 9),
    'a field of any of a list': equal('tags[any].name', 'green'),
    'another value': notEqual('name', 'Jim'),
    more: greaterThan('age', 22.5),
    'as much': greaterEqual('age', 23n),
    less: lessThan('price', new Decimal(11n, 0)),
    'as little': lessEqual('price', '10.50'),
    between: between('age', 23, 30),
    'a pattern': like('name', 'J_%'),
    'a pattern without case': ilike('name', 'jOE'),
    'a regular expression': regex('name', 'J.*'),
    'one of': isIn('age', [1, '23']),
    and: and(equal('age', 23), like('name', '%e')),
    or: or(never(), equal('age', 23)),
    not: not(equal('age', 24)),
    'and of nothing': and(),
  }
  for (const [name, predicate] of Object.entries(yes)) {
    test(`holds for ${name}, and its opposite does not`, () => {
      expect(matches(predicate)).toBe(true)
      expect(matches(not(predicate))).toBe(false)
    })
  }
  const no: Record<string, Predicate> = {
    never: never(),
    'another text': equal('name', 'joe'),
    'a pattern that is a part': like('name', 'o'),
    'a regular expression that fits a part': regex('name', 'o'),
    'null in order': lessThan('nothing', 5),
    'what has no order': greaterThan('address', 1),
    'a number and a text that is none': equal('age', 'x'),
    'none of a list': equal('scores[any]', 4),
    'a place beyond the list': equal('scores[7]', 4),
    'or of nothing': or(),
    'a field that every object has': notEqual('constructor', null),
  }
  for (const [name, predicate] of Object.entries(no)) {
    test(`does not hold for ${name}`, () => expect(matches(predicate)).toBe(false))
  }
  test('sees into JSON, and the value itself', () => {
    const json = { key: 'k', value: new JsonText('{"a":{"b":[1,2]}}') }
    expect(matches(equal('a.b[any]', 2), json)).toBe(true)
    expect(matches(equal('__key', 'k'), json)).toBe(true)
    expect(matches(greaterThan('this', 4), { key: 'k', value: 5 })).toBe(true)
  })
  test('takes the characters of patterns literally', () => {
    const text = { key: 1, value: 'a.c%\n(x)' }
    expect(matches(like('this', 'a.c\\%%(_)'), text)).toBe(true)
    expect(matches(like('this', 'a_c'), { key: 1, value: 'abc' })).toBe(true)
    expect(matches(like('this', 'a.c'), { key: 1, value: 'abc' })).toBe(false)
  })
  test('is refused where it makes no sense', () => {
    expect(() => matches(equal('a..b', 1))).toThrow('`a..b` is not a path')
    expect(() => matches(regex('a', '('))).toThrow('`(` is not a regular expression')
    const foreign = { kind: 'around' } as unknown as Predicate
    expect(() => matches(foreign)).toThrow('There is no predicate of the kind `around`')
  })
})

describe('a text becomes a predicate', () => {
  const texts: Record<string, Predicate> = {
    'age > 3': greaterThan('age', 3),
    "age>=3.5 AND name like 'J%'": and(greaterEqual('age', 3.5), like('name', 'J%')),
    "a = 'it''s' or b != -4": or(equal('a', "it's"), notEqual('b', -4)),
    active: equal('active', true),
    'not active and (x <> 1 || y == 2)': and(
      not(equal('active', true)),
      or(notEqual('x', 1), equal('y', 2)),
    ),
    'age between 1 and 5 and b < 2': and(between('age', 1, 5), lessThan('b', 2)),
    "city in ('Ulm', Bonn, 3)": isIn('city', ['Ulm', 'Bonn', 3]),
    "a not in (1) or b not like 'x'": or(not(isIn('a', [1])), not(like('b', 'x'))),
    "tags[any].name ilike 'r%'": ilike('tags[any].name', 'r%'),
    '__key.id = 9007199254740993': equal('__key.id', 9007199254740993n),
    'a = null': equal('a', null),
    'a is not null': notEqual('a', null),
    '"odd name" = true': equal('odd name', true),
    "this regex '[a-z]+'": regex('this', '[a-z]+'),
  }
  for (const [text, predicate] of Object.entries(texts)) {
    test(text, () => expect(sqlPredicate(text)).toEqual(predicate))
  }
  const bad: Record<string, string> = {
    '': 'at column 1 it ends instead of an attribute',
    'age >': 'at column 6 it ends instead of a value',
    'age > 3 x': 'at column 9 there is `x` instead of the end',
    '(a = 1': 'at column 7 it ends instead of `)`',
    'a like 3': 'at column 8 there is `3` instead of a text in quotes',
    'a = #': 'cannot be read at column 5',
    "a = 'x": 'cannot be read at column 5',
  }
  for (const [text, complaint] of Object.entries(bad)) {
    test(`refuses ${text}`, () => expect(() => sqlPredicate(text)).toThrow(complaint))
  }
})

test('what comes as data is not trusted to be a predicate', () => {
  const foreign: unknown[] = [
    null,
    undefined,
    7,
    { kind: 'and' },
    { kind: 'or', predicates: 3 },
    { kind: 'or', predicates: [null] },
    { kind: 'not' },
    { kind: 'eq' },
    { kind: 'in', attribute: 'a' },
    { kind: 'like', attribute: 'a', pattern: 3 },
    { kind: 'regex', attribute: 'a' },
    { kind: 'gt', attribute: 4, value: 3 },
  ]
  for (const data of foreign) {
    expect(() => compilePredicate(data as Predicate)).toThrow(EngineError)
  }
})
