import { expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { readXml, toJson } from '../../../../runtime/config/index.ts'
import { Diagnostics, formatDiagnostic } from '../../../../runtime/errors/index.ts'

const read = async (text: string) => {
  const diagnostics = new Diagnostics()
  const node = await readXml(text, 'x', diagnostics)
  return { node, value: toJson(node), problems: diagnostics.all.map(formatDiagnostic) }
}

test('elements and attributes are keys, repeated elements a list', async () => {
  const { value, problems } = await read(`<?xml version="1.0"?>
<!-- a comment -->
<hazelcast xmlns="urn:x" xmlns:xsi="urn:y" xsi:schemaLocation="z">
  <cluster-name>a &amp; b</cluster-name>
  <network>
    <port auto-increment="true" port-count="20">5901</port>
    <tcp-ip enabled="true"><member>1.2.3.4</member><member><![CDATA[1.2.3.5]]></member></tcp-ip>
    <empty/>
  </network>
  <properties><property name="a.b">c</property></properties>
</hazelcast>`)
  expect(problems).toEqual([])
  expect(value).toEqual({
    hazelcast: {
      'cluster-name': 'a & b',
      network: {
        port: { 'auto-increment': 'true', 'port-count': '20', port: '5901' },
        'tcp-ip': { enabled: 'true', member: ['1.2.3.4', '1.2.3.5'] },
        empty: '',
      },
      properties: { 'a.b': 'c' },
    },
  })
})

test('elements have places', async () => {
  const { node } = await read('<a>\n  <b>1</b>\n</a>')
  const a = node.entries.get('a')!
  expect(a.keyAt).toEqual({ file: 'x', line: 1, column: 1 })
  expect(a.value).toMatchObject({ kind: 'object' })
  const b = (a.value as typeof node).entries.get('b')!
  expect(b.keyAt).toEqual({ file: 'x', line: 2, column: 3 })
})

test.each([
  ['<a><b></a>', 'x:1:'],
  ['<a', 'CFG-001 The XML is malformed'],
  ['', 'CFG-001'],
  ['<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', 'A document type is not allowed'],
  ['<a>&nothing;</a>', 'CFG-001'],
  ['<a>'.repeat(300), 'nested too deeply'],
])('a problem is reported: %#', async (text, problem) => {
  expect((await read(text)).problems.join()).toContain(problem)
})

test('no text makes the reader fail in another way than by problems', async () => {
  const piece = fc.constantFrom(
    '<',
    '>',
    '</',
    '/>',
    'a',
    'b="c"',
    '&',
    ';',
    '<![CDATA[',
    ']]>',
    ' ',
  )
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 20 }), async (pieces) => {
      await read(pieces.join(''))
    }),
    { numRuns: 500 },
  )
})
