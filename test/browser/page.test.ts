import { describe, expect, test } from 'bun:test'
import { createWorkspace, SPREAD_TASKS, type Started, type Workspace } from '../e2e/tidegate.ts'
import { BROWSER, openBrowser, untilShown } from './browser.ts'

if (BROWSER === undefined) console.log('skipped: the page in a browser (no Chromium is installed)')

const TITLE = '<img src=x onerror=alert(1)>'

/** A rate-limited job; what it is called would run if the page took it as markup. */
const jobText = (folder: string): string => `
env { job.name = "${TITLE}", parallelism = 2, checkpoint.interval = 300 }
source { FakeSource {
  row.num = 40000, split.num = 400, split.read-interval = 100
  schema { fields { id = bigint } }
} }
sink { LocalFile { path = "${folder}/out", tmp_path = "${folder}/tmp", file_format_type = csv } }
`

interface LocalCluster {
  readonly process: Started
  /** By the name of the member. */
  readonly urls: ReadonlyMap<string, string>
  readonly pids: ReadonlyMap<string, number>
}

const startCluster = async (workspace: Workspace, config: string): Promise<LocalCluster> => {
  await workspace.write('tidegate.yaml', config)
  const job = await workspace.write('job.conf', jobText(workspace.folder))
  const members = ['--masters', '1', '--workers', '2']
  const process = workspace.start('cluster', ...members, '--job', job)
  await process.shows('RUNNING')
  const table = await process.textUntil('Ctrl-C stops all of them.')
  const rows = [...table.matchAll(/^(\S+) +\w+ +127\S+ +(http\S+) +(\d+)$/gm)]
  return {
    process,
    urls: new Map(rows.map(([, name, url]) => [name!, url!])),
    pids: new Map(rows.map(([, name, , pid]) => [name!, Number(pid)])),
  }
}

const textOf = (id: string): string => `document.getElementById('${id}').innerText`

describe.skipIf(BROWSER === undefined)('the page of a member', () => {
  test('shows a running job, the kill -9 of a worker, and cancels', async () => {
    await using workspace = await createWorkspace()
    const { process: cluster, urls, pids } = await startCluster(workspace, SPREAD_TASKS)
    await using view = openBrowser()
    await view.navigate(`${urls.get('worker-2')}/`)
    await untilShown(view, `${textOf('running')}.includes('RUNNING')`)
    expect(await view.evaluate(textOf('running'))).toContain(TITLE)
    expect(await view.evaluate("document.querySelectorAll('img').length")).toBe(0)
    expect(await view.evaluate(textOf('members'))).toContain('active master')
    expect(await view.evaluate(textOf('workers'))).toContain('127.0.0.1')
    await untilShown(view, `${textOf('details')}.includes('source')`)
    await untilShown(view, `/\\n1\\t[1-9]/.test(${textOf('details')})`)

    process.kill(pids.get('worker-1')!, 'SIGKILL')
    await untilShown(view, `/from checkpoint \\d+/.test(${textOf('details')})`)
    await untilShown(view, `!${textOf('members')}.includes('${urls.get('worker-1')}')`)
    expect(await view.evaluate(textOf('problem'))).toBe('')

    // A dialog would stop the page for good: nobody is there to answer it.
    await view.evaluate('window.confirm = () => true')
    await view.click('button[id^="cancel-"]')
    // It was the only job of this cluster, which ends with it.
    const { exitCode, out } = await cluster.finished
    expect(out).toContain('CANCELED')
    expect(exitCode).toBe(1)
  }, 90_000)

  test('works behind a prefix and with credentials', async () => {
    await using workspace = await createWorkspace()
    const { process: cluster, urls } = await startCluster(
      workspace,
      `seatunnel:
  engine:
    http:
      context-path: /engine/one
      enable-basic-auth: true
      basic-auth-username: ann
      basic-auth-password: secret
`,
    )
    const url = urls.get('master-1')!
    expect(url).toEndWith('/engine/one')
    expect((await fetch(url)).status).toBe(401)
    const authorization = `Basic ${btoa('ann:secret')}`
    const sent = await fetch(url, { headers: { authorization }, redirect: 'manual' })
    expect([sent.status, sent.headers.get('location')]).toEqual([302, 'one/'])
    await using view = openBrowser()
    await view.navigate(url.replace('http://', 'http://ann:secret@'))
    await untilShown(view, `${textOf('running')}.includes('RUNNING')`)
    cluster.signal('SIGINT')
    expect((await cluster.finished).exitCode).toBe(130)
  }, 60_000)
})
