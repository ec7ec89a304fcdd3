import { expect, test } from 'bun:test'
import { readHocon, type ConfigObject } from '../../../../runtime/config/index.ts'
import { Diagnostics, type Place } from '../../../../runtime/errors/index.ts'
import { read, valueOf } from './read.ts'

test.each([
  // Syntax.
  ['', {}],
  ['{}', {}],
  ['\ufeff a = 1', { a: 1 }],
  ['{ "a" : 1, "b" : [true, false, null] }', { a: 1, b: [true, false, null] }],
  ['a = 1, b : 2\nc { d = 3 }', { a: 1, b: 2, c: { d: 3 } }],
  ['a = 1 # one\n// two\nb = 2 // three\n#', { a: 1, b: 2 }],
  ['a = [1, 2,\n3\n4,]\n', { a: [1, 2, 3, 4] }],
  ['{ a = 1, }', { a: 1 }],
  ['a\n=\n1', { a: 1 }],
  ['a =\n{ b = 1 }', { a: { b: 1 } }],
  ['a {\n}\nb = {}', { a: {}, b: {} }],
  ['include_fields = [a]', { include_fields: ['a'] }],
  // Keys.
  ['a.b.c = 1, a.b.d = 2', { a: { b: { c: 1, d: 2 } } }],
  ['"a.b".c = 1', { 'a.b': { c: 1 } }],
  ['a b : 1', { 'a b': 1 }],
  ['3.14 = pi', { '3': { '14': 'pi' } }],
  ['a."" = 1', { a: { '': 1 } }],
  ['true = 1, null = 2', { true: 1, null: 2 }],
  ['a-b_c = 1', { 'a-b_c': 1 }],
  // Text.
  ['a = b c  d ', { a: 'b c  d' }],
  ['a = "x" y "z"', { a: 'x y z' }],
  [String.raw`a = "q\"\\\/\b\f\n\r\té"`, { a: 'q"\\/\b\f\n\r\té' }],
  ['a = """x\n"y" \\n"""', { a: 'x\n"y" \\n' }],
  ['a = """x"""""', { a: 'x""' }],
  ['a = ""', { a: '' }],
  ['a = x/y, b = a.b-c_d', { a: 'x/y', b: 'a.b-c_d' }],
  ['a = 10s, b = 5 m', { a: '10s', b: '5 m' }],
  ['a = 2012-12-21', { a: '2012-12-21' }],
  // Numbers and other literals.
  ['a = -1, b = 1.5, c = 1e3, d = 1e+3, e = 2E-1', { a: -1, b: 1.5, c: 1000, d: 1000, e: 0.2 }],
  ['a = "1", b = "true"', { a: '1', b: 'true' }],
  ['a = true x, b = 1 2, c = null x', { a: 'true x', b: '1 2', c: 'null x' }],
  ['a = 9007199254740993', { a: '9007199254740993' }],
  ['a = 0.10000000000000000001', { a: '0.10000000000000000001' }],
  // Joining and merging.
  ['a = [1] [2, 3]', { a: [1, 2, 3] }],
  ['a = { b = 1 } { c = 2 }', { a: { b: 1, c: 2 } }],
  ['a { b = 1 }, a { c = 2 }', { a: { b: 1, c: 2 } }],
  ['a { b { c = 1, d = 2 } }, a { b { c = 3 } }', { a: { b: { c: 3, d: 2 } } }],
  ['a { b = 1 }, a = null, a { c = 2 }', { a: { c: 2 } }],
  ['a = 1, a = 2', { a: 2 }],
  ['a { b = 1 }, a = x', { a: 'x' }],
  ['a.b = 1, a = 2', { a: 2 }],
  ['a = [1], a += 2, a += [3]', { a: [1, 2, [3]] }],
  ['a += 1', { a: [1] }],
  ['a.b += { c = 1 }', { a: { b: [{ c: 1 }] } }],
  ['a = [{ b += 1, b += 2 }]', { a: [{ b: [1, 2] }] }],
])('%j', async (text, expected) => {
  expect(await valueOf(text)).toEqual(expected as never)
})

test.each([
  ['a = 1, b = ${a}', { a: 1, b: 1 }],
  ['b = ${a}, a = 1', { b: 1, a: 1 }],
  ['a = x, b = ${a}y ${a}', { a: 'x', b: 'xy x' }],
  ['a = { c = 1 }, b = ${a.c}', { a: { c: 1 }, b: 1 }],
  ['a = { c = 1 }, b = ${a} { d = 2 }', { a: { c: 1 }, b: { c: 1, d: 2 } }],
  ['a = [1], b = ${a} [2] ${a}', { a: [1], b: [1, 2, 1] }],
  ['b = ${?a}', {}],
  ['b = 1, b = ${?a}', { b: 1 }],
  ['b = x${?a}y', { b: 'xy' }],
  ['b = [1, ${?a}, 2]', { b: [1, 2] }],
  ['"a.b" = 1, c = ${"a.b"}', { 'a.b': 1, c: 1 }],
  ['a = null, b = ${a}', { a: null, b: null }],
  ['a = "${b}", b = 1', { a: '${b}', b: 1 }],
  // References to what the key had before.
  ['p = a, p = ${p}":b"', { p: 'a:b' }],
  ['p = a, p = ${p}":b", p = ${p}":c"', { p: 'a:b:c' }],
  ['p = ${?p}b', { p: 'b' }],
  ['a = [1], a = ${a} [2]', { a: [1, 2] }],
  ['a = { b = 1 }, a = ${a} { c = 2 }', { a: { b: 1, c: 2 } }],
  // The examples of the specification.
  ['bar : { foo : 42, baz : ${bar.foo} }', { bar: { foo: 42, baz: 42 } }],
  ['bar : { foo : 42, baz : ${bar.foo} }, bar : { foo : 43 }', { bar: { foo: 43, baz: 43 } }],
  ['foo : { a : { c : 1 } }\nfoo : ${foo.a}\nfoo : { a : 2 }', { foo: { a: 2, c: 1 } }],
  ['a : { b : 1 }, b : ${a} { b : ${b.b} }', { a: { b: 1 }, b: { b: 1 } }],
  ['x = { q = 1 }, a = ${x} { c = ${a.q} }', { x: { q: 1 }, a: { q: 1, c: 1 } }],
  ['a : ${b.c}, b { c = ${d}, e = 1 }, d = ${b.e}', { a: 1, b: { c: 1, e: 1 }, d: 1 }],
])('substitutions: %j', async (text, expected) => {
  expect(await valueOf(text)).toEqual(expected as never)
})

test('what the text does not set comes from outside', async () => {
  const outside = (name: string, at: Place) =>
    name === 'home.path'
      ? ({ kind: 'scalar', at, value: '/h', text: '/h', quoted: true } as const)
      : undefined
  expect(await valueOf('a = ${home.path}"/x", b = ${?home.path}', { outside })).toEqual({
    a: '/h/x',
    b: '/h',
  })
  expect(await valueOf('home.path = own, a = ${home.path}', { outside })).toMatchObject({
    a: 'own',
  })
})

test.each([
  ['a = ${b}', 't:1:5 CFG-006 `${b}` is set neither'],
  ['a = ${b}\nb = ${a}', 't:2:5 CFG-006 `${a}` leads back'],
  ['a { b = ${a} }', 't:1:9 CFG-006 `${a}` leads back'],
  ['a = ${a}', 't:1:5 CFG-006 `${a}` leads back'],
  ['a = 1\nb = [1, 2', 't:2:5 CFG-001 The `[` here is never closed'],
  ['a {\n b = 1', 't:1:3 CFG-001 The `{` here is never closed'],
  ['a = 1 }', 't:1:7 CFG-001 Expected a key but found `}`'],
  ['a = "x', 't:1:5 CFG-001 The string that begins here'],
  ['a = """x', 't:1:5 CFG-001 The text that `"""` begins'],
  [String.raw`a = "\d+"`, 't:1:6 CFG-001 `\\d` is no escape'],
  [String.raw`a = "\u12g4"`, 't:1:6 CFG-001 `\\u` is no escape'],
  ['a = b:c', 't:1:6 CFG-001 `:` is not allowed outside quotes'],
  ['a = select * from t', 't:1:12 CFG-001 `*` is not allowed outside quotes'],
  ['a = $b', 't:1:5 CFG-001 `$` is not allowed outside quotes'],
  ['a = ${b', 't:1:8 CFG-001 Expected `}`'],
  ['a = 1,, b = 2', 't:1:7 CFG-001 Expected a key but found `,`'],
  ['a = [1,,2]', 't:1:8 CFG-001 Expected a value but found `,`'],
  ['a =', 't:1:1 CFG-001 The key `a` has no value'],
  ['a', 't:1:2 CFG-001 Expected `=`, `:` or `{` after the key `a`'],
  ['a\nb = 1', 't:1:1 CFG-001 Expected `=`, `:` or `{` after the key `a`'],
  ['a..b = 1', 't:1:3 CFG-001 A key has nothing'],
  ['.a = 1', 't:1:1 CFG-001 A key has nothing'],
  ['[1]', 't:1:1 CFG-001 A configuration must be an object'],
  ['{ a = 1 } b', 't:1:11 CFG-001 Expected nothing after'],
  ['a = [1] x', 't:1:9 CFG-001 Expected a comma or a new line'],
  ['a = { b = 1 } c = 2', 't:1:15 CFG-001 Expected a comma or a new line'],
  ['a = x [1]', 't:1:7 CFG-001 Expected a comma or a new line'],
  ['a = [1], b = ${a} x', 't:1:14 CFG-001 Text, arrays and objects cannot be joined'],
])('an error has its place: %j', async (text, problem) => {
  expect((await read(text)).problems.join('\n')).toContain(problem)
})

test('several problems come in one run and the rest is read', async () => {
  const { value, problems } = await read('a = b:c\nd = 1\ne = "x\nf { g = h*i, j = 2 }\nk = 3')
  expect(problems.map((each) => each.slice(0, 6))).toEqual(['t:1:6 ', 't:3:5 ', 't:4:10'])
  expect(value).toEqual({ d: 1, f: { j: 2 }, k: 3 })
})

test('JSON allows comments and trailing commas, but no text without quotes', async () => {
  expect(await valueOf('{ "a.b": [1, 2,], // x\n "c": null, }', { json: true })).toEqual({
    'a.b': [1, 2],
    c: null,
  })
  const { problems } = await read('{ "a": b, c: 1, "d": ${a} }', { json: true })
  expect(problems.map((each) => each.slice(0, 15))).toEqual([
    't:1:8 CFG-001 J',
    't:1:11 CFG-001 ',
    't:1:22 CFG-001 ',
  ])
})

const rootOf = (text: string, keepDotted = false): Promise<ConfigObject> =>
  readHocon(text, 't', new Diagnostics(), { repeating: ['transform'], keepDotted })

test('a plugin that comes twice is kept twice where it is asked for', async () => {
  const root = await rootOf(
    'transform { Copy { a = 1 }, Sql {}, Copy { b = 2 } }\nx { y { a = 1 }, y { b = 2 } }',
  )
  const transform = root.entries.get('transform')!.value as ConfigObject
  expect(transform.repeated!.map(([key]) => key)).toEqual(['Copy', 'Sql', 'Copy'])
  const y = (root.entries.get('x')!.value as ConfigObject).entries.get('y')!.value as ConfigObject
  expect([...y.entries.keys()]).toEqual(['a', 'b'])
})

test('a value beside dotted keys below it is kept', async () => {
  const after = await rootOf('a = x\na.b = y')
  expect(after.entries.get('a')!.value).toMatchObject({ kind: 'object', shadowed: { text: 'x' } })
  const before = await rootOf('a.b = y\na = x', true)
  expect(before.entries.get('a')!.value).toMatchObject({ kind: 'object', shadowed: { text: 'x' } })
  const braces = await rootOf('a = x\na { b = y }')
  expect(braces.entries.get('a')!.value).not.toHaveProperty('shadowed')
})

test('places count lines and columns from 1', async () => {
  const root = await rootOf('a {\n  b = [1,\n    two]\n}')
  const a = root.entries.get('a')!
  const b = (a.value as ConfigObject).entries.get('b')!
  expect(a.keyAt).toEqual({ file: 't', line: 1, column: 1 })
  expect(b.keyAt).toEqual({ file: 't', line: 2, column: 3 })
  expect(b.value).toMatchObject({
    items: [{ at: { line: 2, column: 8 } }, { at: { line: 3, column: 5 } }],
  })
})
