import { expect, test } from 'bun:test'
import { readYaml, toJson } from '../../../../runtime/config/index.ts'
import { Diagnostics, formatDiagnostic } from '../../../../runtime/errors/index.ts'

const read = async (text: string) => {
  const diagnostics = new Diagnostics()
  const node = await readYaml(text, 'y', diagnostics)
  return { node, value: toJson(node), problems: diagnostics.all.map(formatDiagnostic) }
}

test.each([
  ['', {}],
  ['a: 1\nb: [x, 2.5, true, null, ~]', { a: 1, b: ['x', 2.5, true, null, null] }],
  ['a: "1"\nb: yes\nc: 0x1F\nd: .inf', { a: '1', b: 'yes', c: 31, d: '.inf' }],
  [
    'a: 9007199254740993\nb: 0.12345678901234567890',
    { a: '9007199254740993', b: '0.12345678901234567890' },
  ],
  ['a: |\n  x\n  y\nb: >\n  x\n  y\n', { a: 'x\ny\n', b: 'x y\n' }],
  [
    'x: &x { a: 1, b: 2 }\ny: *x\nz: { <<: *x, b: 3 }',
    { x: { a: 1, b: 2 }, y: { a: 1, b: 2 }, z: { a: 1, b: 3 } },
  ],
  [
    'p: &p {a: 1}\nq: &q {a: 2, b: 2}\nr: { <<: [*p, *q] }',
    { p: { a: 1 }, q: { a: 2, b: 2 }, r: { a: 1, b: 2 } },
  ],
  ['job.mode: BATCH', { 'job.mode': 'BATCH' }],
])('%j', async (text, expected) => {
  const { value, problems } = await read(text)
  expect(problems).toEqual([])
  expect(value).toEqual(expected as never)
})

test('keys and values have places', async () => {
  const { node } = await read('a:\n  b: [1,\n    two]')
  expect(node).toMatchObject({ kind: 'object', at: { file: 'y', line: 1, column: 1 } })
  const inner = (node as never as { entries: Map<string, { value: never }> }).entries.get(
    'a',
  )!.value
  const b = (inner as { entries: Map<string, unknown> }).entries.get('b')
  expect(b).toMatchObject({
    keyAt: { line: 2, column: 3 },
    value: { items: [{ at: { line: 2, column: 7 } }, { at: { line: 3, column: 5 } }] },
  })
})

test.each([
  ['a: [1', 'y:1:6 CFG-001'],
  ['a: 1\na: 2', 'y:2:1 CFG-001'],
  ['a: *b', 'CFG-001'],
  ['a: &a [*a]', 'y:1:8 CFG-001 The alias `*a` leads back to itself'],
  ['? [a]\n: 1', 'A key must be a text'],
  ['a: {<<: 1}', 'merges maps only'],
  ['a: 1\n---\nb: 2', 'CFG-001'],
])('a problem has its place: %j', async (text, problem) => {
  expect((await read(text)).problems.join('\n')).toContain(problem)
})

test('aliases that multiply and deep nesting are refused', async () => {
  const lines = Array.from(
    { length: 20 },
    (_, level) => `a${level + 1}: &a${level + 1} [${`*a${level}, `.repeat(9)}*a${level}]`,
  )
  expect((await read(`a0: &a0 x\n${lines.join('\n')}`)).problems).toHaveLength(1)
  expect((await read('['.repeat(50_000))).problems.length).toBeGreaterThan(0)
  expect((await read(`a: ${'['.repeat(300)}${']'.repeat(300)}`)).problems.join()).toContain(
    'nested',
  )
})
