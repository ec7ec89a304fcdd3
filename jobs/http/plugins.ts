import { Hono } from 'hono'
import type { MemberEnv } from '../../members/http/index.ts'
import { CONNECTORS } from '../connectors/index.ts'
import { shadeJobText, specsOf, type Plugin } from '../files/index.ts'
import { optionsJsonSchema } from '../optionblocks/index.ts'
import { TRANSFORMS } from '../transforms/index.ts'
import { formatDiagnostic } from '../../runtime/errors/index.ts'
import { badRequest } from './failures.ts'

type Kind = Plugin['kind']

const pluginsOf = async (kind: Kind): Promise<Plugin[]> => {
  if (kind === 'transform') return Promise.all([...TRANSFORMS.values()].map(({ load }) => load()))
  const loads = [...CONNECTORS.values()].flatMap((entry) => entry[kind] ?? [])
  return Promise.all(loads.map((load): Promise<Plugin> => load()))
}

const KINDS: readonly Kind[] = ['source', 'transform', 'sink']

/** What is there to build jobs of, and how values are hidden in them. */
export const pluginRoutes = (): Hono<MemberEnv> =>
  new Hono<MemberEnv>()
    .get('/option-rules', async (context) => {
      const type = context.req.query('type')?.toLowerCase()
      const name = context.req.query('plugin')?.toLowerCase()
      const kind = KINDS.find((each) => each === type)
      if (kind === undefined) throw badRequest('type must be source, transform or sink.')
      const plugins = await pluginsOf(kind)
      if (name === undefined) return context.json(plugins.map((plugin) => plugin.name))
      const plugin = plugins.find((each) => each.name.toLowerCase() === name)
      if (plugin === undefined) throw badRequest(`There is no ${kind} ${name}.`)
      return context.json({
        plugin: plugin.name,
        type: kind,
        description: plugin.description,
        options: optionsJsonSchema(specsOf(plugin)),
      })
    })
    .post('/encrypt-config', async (context) => {
      const { text, diagnostics } = await shadeJobText(
        await context.req.text(),
        'json',
        'config.json',
        'encrypt',
      )
      if (text !== undefined) return context.json(JSON.parse(text) as object)
      throw badRequest(diagnostics.map(formatDiagnostic).join('\n'))
    })
