import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { HttpListenerSettings, MountRoutes } from '../../../members/http/index.ts'
import { memberInfo, serve } from './serving.ts'

const hasOpenssl = Bun.which('openssl') !== null
if (!hasOpenssl) console.log('skipped: HTTPS of members, openssl is not installed')

const COMMAND =
  'openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 ' +
  '-subj /CN=member -addext subjectAltName=IP:127.0.0.1 -keyout key.pem -out certificate.pem'

describe.skipIf(!hasOpenssl)('HTTPS', () => {
  let folder: string
  let tls: { certificate: string; key: string; authorities: string }
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tidegate-https-'))
    const made = Bun.spawnSync(COMMAND.split(' '), { cwd: folder, stderr: 'pipe' })
    if (made.exitCode !== 0) throw new Error(made.stderr.toString())
    const read = (name: string): Promise<string> => Bun.file(join(folder, name)).text()
    const certificate = await read('certificate.pem')
    tls = { certificate, key: await read('key.pem'), authorities: certificate }
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  const onTls = (asksCertificate: boolean): { listeners: readonly HttpListenerSettings[] } => ({
    listeners: [
      {
        address: { host: '127.0.0.1', port: 0 },
        portRange: 0,
        tls: { ...tls, asksCertificate },
      },
    ],
  })

  test('serves whoever trusts the certificate', async () => {
    await using served = await serve({ settings: onTls(false) })
    expect(served.url).toStartWith('https://')
    const init = { tls: { ca: tls.authorities } }
    expect((await served.get('/members', init)).status).toBe(200)
    expect(await served.get('/members').catch(() => 'distrusted')).toBe('distrusted')
  })

  test('forwards to the active master by HTTPS', async () => {
    const mount: MountRoutes = (app, { onlyActiveMaster }) =>
      app.get('/who', onlyActiveMaster, (context) => context.text('the master'))
    await using master = await serve({ id: 'master', settings: onTls(true), mounts: [mount] })
    await using other = await serve({ id: 'other', settings: onTls(true), mounts: [mount] })
    other.facts.members = [memberInfo('master'), memberInfo('other')]
    other.facts.activeMaster = 'master'
    other.facts.httpUrls = { master: master.url }
    const own = { ca: tls.authorities, cert: tls.certificate, key: tls.key }
    const answer = await other.get('/who', { tls: own })
    expect(await answer.text()).toBe('the master')
  })

  test('asks for the certificate of the client where it shall', async () => {
    await using served = await serve({ settings: onTls(true) })
    const ask = (own: object): Promise<number | string> =>
      served.get('/members', { tls: { ca: tls.authorities, ...own } }).then(
        ({ status }) => status,
        () => 'refused',
      )
    expect(await ask({ cert: tls.certificate, key: tls.key })).toBe(200)
    expect(await ask({})).toBe('refused')
  })
})
