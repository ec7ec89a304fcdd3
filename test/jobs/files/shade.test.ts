import { expect, test } from 'bun:test'
import { readJobText, shadeJobFile } from '../../../jobs/files/index.ts'
import { formatDiagnostic } from '../../../runtime/errors/index.ts'
import { diskOf } from '../../runtime/config/hocon/read.ts'
import { STUBS } from './stubs.ts'

const job = (identifier: string, token: string) => `
  env { shade.identifier = ${identifier}, shade.options = [path] }
  source { FakeSource { rows { token = "${token}", other = "${token}" } } }
  sink { Console { path = "${token}" } }`

const read = (text: string) => readJobText(text, 'hocon', 'job', { registries: STUBS })

test('hidden values are readable in the plan', async () => {
  const { plan, diagnostics } = await read(job('base64', 'c8O8w58='))
  expect(diagnostics).toEqual([])
  expect(plan!.vertices[0]!.options['rows']).toEqual({ token: 'süß', other: 'c8O8w58=' })
  expect(plan!.vertices[1]!.options['path']).toBe('süß')
  const plain = await read(job('default', 'c8O8w58='))
  expect(plain.plan!.vertices[1]!.options['path']).toBe('c8O8w58=')
})

test('a value that is not hidden and an unknown cipher are refused without showing the value', async () => {
  const problems = (await read(job('base64', '%%%'))).diagnostics.map(formatDiagnostic)
  expect(problems.join()).toContain('The value of `token` is not hidden')
  expect(problems.join()).not.toContain('%%%')
  const unknown = (await read(job('bas64', 'x'))).diagnostics.map(formatDiagnostic)
  expect(unknown.join()).toContain('Did you mean base64?')
})

test('a job is encrypted and decrypted back, with each of two equal plugins', async () => {
  const disk = diskOf({
    'job.conf': `source { FakeSource { rows { password = secret } } }
      transform { Copy { drop = a }, Copy { drop = b } }
      sink { Console {} }`,
  })
  const encrypted = await shadeJobFile({ disk }, 'job.conf', 'encrypt')
  expect(encrypted.diagnostics).toEqual([])
  expect(JSON.parse(encrypted.text!)).toEqual({
    env: {},
    source: [{ plugin_name: 'FakeSource', rows: { password: 'c2VjcmV0' } }],
    transform: [
      { plugin_name: 'Copy', drop: 'a' },
      { plugin_name: 'Copy', drop: 'b' },
    ],
    sink: [{ plugin_name: 'Console' }],
  })
  const again = { disk: diskOf({ 'job.json': encrypted.text! }) }
  expect((await shadeJobFile(again, 'job.json', 'decrypt')).text).toContain('"secret"')
})

test('a job that cannot be read is not encrypted', async () => {
  const disk = diskOf({ 'job.conf': 'sink { Console { password = a:b } }' })
  const { text, diagnostics } = await shadeJobFile({ disk }, 'job.conf', 'encrypt')
  expect(text).toBeUndefined()
  expect(diagnostics.map(formatDiagnostic).join()).toContain('job.conf:1:30 CFG-001')
})
