import type { Content, Endpoint } from '../../members/http/index.ts'
import { BOTH_VERSIONS, METRICS, OWN } from './endpoints.ts'

/** Under which SeaTunnel serves its first version, on the port of Hazelcast. */
export const FIRST_VERSION = '/hazelcast/rest/maps'
export const FIRST_VERSION_METRICS = '/hazelcast/rest/instance'

const REFUSALS: Readonly<Record<number, string>> = {
  400: 'A mistake in the request',
  401: 'Credentials are missing or wrong, where some are configured',
  503: 'Not possible right now',
}

const FAILURE_SCHEMA = {
  type: 'object',
  properties: { status: { const: 'fail' }, message: { type: 'string' } },
}

const refusal = (status: number): object => ({
  description: REFUSALS[status],
  content: { 'application/json': { schema: FAILURE_SCHEMA } },
})

const contentOf = ({ media, type }: Content): object =>
  Object.fromEntries(media.map((each) => [each, type === undefined ? {} : { schema: { type } }]))

const TAGS = {
  name: 'tags',
  in: 'query',
  description: 'All other parameters: only workers with these tags.',
  required: false,
  style: 'form',
  explode: true,
  schema: { type: 'object', additionalProperties: { type: 'string' } },
}

const parametersOf = ({ path, query = {}, filtersByTag = false }: Endpoint): object[] => [
  ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  })),
  ...Object.entries(query).map(([name, { type, text }]) => ({
    name,
    in: 'query',
    description: text,
    required: false,
    schema: { type },
  })),
  ...(filtersByTag ? [TAGS] : []),
]

const operation = (endpoint: Endpoint): object => {
  const { summary, body, answer, refusals = [400, 401, 503] } = endpoint
  return {
    summary,
    parameters: parametersOf(endpoint),
    ...(body === undefined
      ? {}
      : { requestBody: { description: body.text, required: true, content: contentOf(body) } }),
    responses: {
      ...(answer === undefined
        ? {}
        : { 200: { description: answer.text, content: contentOf(answer) } }),
      ...Object.fromEntries(refusals.map((status) => [status, refusal(status)])),
    },
  }
}

const below = (base: string, endpoints: readonly Endpoint[]): Endpoint[] =>
  endpoints.map((endpoint) => ({ ...endpoint, path: base + endpoint.path }))

export interface OpenApiOptions {
  readonly version: string
  /** What every path stands below: empty, or `/` and a text. */
  readonly base: string
  /** What is served beside the routes of jobs. */
  readonly others: readonly Endpoint[]
}

/** The OpenAPI document (3.1) of all that a member serves over HTTP. */
export const openApi = ({ version, base, others }: OpenApiOptions): object => {
  const paths: Record<string, Record<string, object>> = {}
  const endpoints = [
    ...BOTH_VERSIONS,
    ...METRICS,
    ...OWN,
    ...below(FIRST_VERSION, BOTH_VERSIONS),
    ...below(FIRST_VERSION_METRICS, METRICS),
    ...others,
  ]
  for (const endpoint of endpoints) {
    paths[endpoint.path] = { ...paths[endpoint.path], [endpoint.method]: operation(endpoint) }
  }
  const servers = [{ url: base === '' ? '/' : base }]
  return { openapi: '3.1.0', info: { title: 'Tidegate', version }, servers, paths }
}
