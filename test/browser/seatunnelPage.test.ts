import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import {
  endlessJob,
  jobOf,
  startRestMembers,
  submitted,
  untilStatus,
  type Rest,
  type RestMembers,
} from '../e2e/jobs/rest.ts'
import { seatunnelPage } from '../servers/index.ts'
import { BROWSER, openBrowser, untilShown } from './browser.ts'

/** The page of SeaTunnel, as it was built there, in front of a member. */
const page = BROWSER === undefined ? 'no Chromium is installed' : await seatunnelPage()
if (typeof page === 'string') process.stdout.write(`skipped: the page of SeaTunnel (${page})\n`)

/** Gathers what goes wrong in the page before anything of it runs. */
const WATCH = `<script>
window.problems = []
addEventListener('error', (event) => problems.push(String(event.message)))
addEventListener('unhandledrejection', (event) => problems.push(String(event.reason)))
for (const name of ['error', 'warn']) console[name] = (...words) => problems.push(words.join(' '))
</script>`

interface Site extends AsyncDisposable {
  readonly url: string
  /** \`STATUS PATH\` of each request that the member answered. */
  readonly asked: string[]
}

/** Serves the files of the page, and all else from a member, under one origin. */
const startSite = (folder: string, member: Rest): Site => {
  const asked: string[] = []
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: async (request) => {
      const { pathname, search } = new URL(request.url)
      if (pathname === '/') {
        const text = await Bun.file(`${folder}/index.html`).text()
        const headers = { 'content-type': 'text/html' }
        return new Response(text.replace('<head>', `<head>${WATCH}`), { headers })
      }
      const file = Bun.file(folder + pathname)
      if (await file.exists()) return new Response(file)
      const response = await fetch(member.url + pathname + search)
      asked.push(`${response.status} ${pathname}`)
      return response
    },
  })
  return {
    url: `http://127.0.0.1:${server.port}/#`,
    asked,
    [Symbol.asyncDispose]: () => server.stop(true),
  }
}

const shows = (text: string): string => `document.body.innerText.includes(${JSON.stringify(text)})`

/** Clicks what has exactly this text. */
const press = async (view: Bun.WebView, selector: string, text: string): Promise<void> => {
  const wanted = `[...document.querySelectorAll('${selector}')].find(
    (each) => each.textContent.trim() === ${JSON.stringify(text)})`
  await untilShown(view, wanted)
  await view.evaluate(`${wanted}.dispatchEvent(new MouseEvent('click', { bubbles: true }))`)
}

describe.skipIf(typeof page === 'string')('the page of SeaTunnel in front of a member', () => {
  let members: RestMembers
  let site: Site
  let view: Bun.WebView
  const jobs = { finished: '', failed: '', running: '' }
  beforeAll(async () => {
    members = await startRestMembers()
    const { master } = members
    site = startSite((page as { readonly folder: string }).folder, master)
    jobs.finished = await submitted(master, '', jobOf('ends'))
    const rules = { row_rules: [{ rule_type: 'MIN_ROW', rule_value: 99 }] }
    const sink = [{ plugin_name: 'Assert', plugin_input: 'fake', rules }]
    jobs.failed = await submitted(master, '', { ...jobOf('fails', { 'job.retry.times': 0 }), sink })
    jobs.running = await submitted(master, '', endlessJob('runs'))
    await untilStatus(master, jobs.finished, 'FINISHED')
    await untilStatus(master, jobs.failed, 'FAILED')
    await untilStatus(master, jobs.running, 'RUNNING')
    view = openBrowser()
  }, 60_000)
  afterAll(async () => {
    view?.close()
    await site?.[Symbol.asyncDispose]()
    await members?.[Symbol.asyncDispose]()
  })

  /** Opens a page, which must show all of that without a problem or a refused request. */
  const opens = async (path: string, ...texts: readonly string[]): Promise<void> => {
    await view.navigate('about:blank')
    await view.navigate(site.url + path)
    for (const text of texts) await untilShown(view, shows(text))
    await isWell()
  }
  const isWell = async (): Promise<void> => {
    expect(await view.evaluate('JSON.stringify(window.problems)')).toBe('[]')
    expect(site.asked.splice(0).filter((each) => !each.startsWith('200 '))).toEqual([])
  }

  test('shows the cluster and its jobs', async () => {
    await opens('/overview', 'Running Jobs', 'Failed: 1', 'Finished: 1', jobs.running, jobs.failed)
    await opens('/jobs', jobs.running, jobs.finished, jobs.failed, 'RUNNING', 'FINISHED', 'FAILED')
  }, 60_000)

  test('shows a running job with its graph, its numbers and its log', async () => {
    await opens(`/jobs/${jobs.running}`, 'RUNNING', 'pipeline-1 [Source[0]-FakeSource]')
    const row = String.raw`/FakeSource\]\s+[1-9]\d*\s+0\s+[1-9]\d*\s+0\s/`
    await untilShown(view, `${row}.test(document.body.innerText)`)
    // Its details are shown beside the graph, also those of the first vertex.
    await press(view, 'td', 'pipeline-1 [Source[0]-FakeSource]')
    await untilShown(view, "document.querySelector('.n-drawer')")
    expect(await view.evaluate("document.querySelector('.n-drawer').innerText")).toContain(
      'pipeline-1 [Source[0]-FakeSource]',
    )
    await press(view, '.n-tabs-tab', 'Configuration')
    await untilShown(view, shows('checkpoint.interval'))
    await press(view, '.n-tabs-tab', 'Log')
    await untilShown(view, shows(`job-${jobs.running}.log`))
    await press(view, '.n-collapse-item__header-main', `job-${jobs.running}.log`)
    await untilShown(view, "document.querySelector('iframe')?.src.endsWith('.log')")
    await isWell()
  }, 60_000)

  test('shows a finished job, and why one failed', async () => {
    await opens(`/jobs/${jobs.finished}`, 'FINISHED', 'pipeline-1 [Sink[0]-Console-MultiTableSink]')
    await untilShown(
      view,
      String.raw`/MultiTableSink\]\s+0\s+260\s+0\s+20\s/.test(document.body.innerText)`,
    )
    await opens(`/jobs/${jobs.failed}`, 'FAILED')
    await press(view, '.n-tabs-tab', 'Exception')
    await untilShown(view, shows('99'))
    await isWell()
  }, 60_000)

  test('shows the members', async () => {
    const portOf = async (isMaster: string): Promise<string> => {
      const { json } = await members.master.get('/system-monitoring-information')
      const facts = json as { readonly isMaster: string; readonly port: string }[]
      return facts.find((each) => each.isMaster === isMaster)!.port
    }
    await opens('/managers/workers', 'Heap MEM Used', '127.0.0.1', await portOf('false'))
    await opens('/managers/master', 'Heap MEM Used', '127.0.0.1', await portOf('true'))
  }, 60_000)
})
