import { Hono, type Context } from 'hono'
import type { MemberEnv } from '../../members/http/index.ts'
import type { MemberLogs } from '../monitoring/index.ts'
import { badRequest } from './failures.ts'
import type { NodeTools } from './nodes.ts'

interface LogLink {
  readonly node: string
  readonly logLink: string
  readonly logName: string
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')

/** A list of links, for people. */
const page = (links: readonly { readonly logLink: string; readonly logName: string }[]): string => {
  const items = links.map(
    ({ logLink, logName }) => `<li><a href="${escaped(logLink)}">${escaped(logName)}</a></li>`,
  )
  return `<!doctype html><meta charset="utf-8"><title>Logs</title><ul>${items.join('')}</ul>`
}

const answerLinks = (context: Context, links: readonly LogLink[]): Response =>
  context.req.query('format')?.toLowerCase() === 'json'
    ? context.json(links)
    : context.html(page(links))

/** The log files of this member, and links to those of the others. */
export const logRoutes = (tools: () => NodeTools): Hono<MemberEnv> => {
  const linksOf = async (
    logs: readonly MemberLogs[],
    wanted: (name: string) => boolean,
  ): Promise<LogLink[]> => {
    const links = logs.map(async ({ memberId, node, names }) => {
      const url = (await tools().httpUrl(memberId)) ?? ''
      return names
        .filter(wanted)
        .map((logName) => ({ node, logLink: `${url}/logs/${logName}`, logName }))
    })
    return (await Promise.all(links)).flat()
  }
  const showLog = async (context: Context, name: string): Promise<Response> => {
    const text = await tools().logs.read(name)
    if (text === undefined) throw badRequest(`This member has no log ${name}.`)
    return context.text(text)
  }
  const ownLinks = async (): Promise<{ logLink: string; logName: string }[]> =>
    (await tools().logs.names()).map((logName) => ({ logLink: `log/${logName}`, logName }))
  return new Hono<MemberEnv>()
    .get('/logs', async (context) =>
      answerLinks(context, await linksOf(await tools().monitoring.logNames(), () => true)),
    )
    .get('/logs/:name', async (context) => {
      const name = context.req.param('name')
      if (name.endsWith('.log')) return showLog(context, name)
      const isOfJob = (each: string): boolean => each === `job-${name}.log`
      return answerLinks(context, await linksOf(await tools().monitoring.logNames(), isOfJob))
    })
    .get('/log', async (context) => context.html(page(await ownLinks())))
    .get('/log/:name', (context) => showLog(context, context.req.param('name')))
    .get('/get-all-log-name', async (context) => context.json(await tools().logs.names()))
}
