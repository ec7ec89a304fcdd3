import { expect, test } from 'bun:test'
import { jobRoutes } from '../../../jobs/http/index.ts'
import { createMemberApp } from '../../../members/http/app.ts'
import { DEFAULT_HTTP_SETTINGS, type HttpMember } from '../../../members/http/index.ts'
import { host } from '../../members/http/serving.ts'

interface Operation {
  readonly responses: Readonly<Record<string, object>>
}

interface Document {
  readonly servers: readonly object[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

const withoutNames = (path: string): string => path.replaceAll(/\{\w+\}/g, '{}')

/** As the document writes it; the router has further forms. */
const pathOf = (route: string): string => route.replaceAll(/:\w+(\{[^}]*\})?/g, '{}')

test.each([
  { clusterRead: true, healthCheck: true, data: true },
  { clusterRead: false, healthCheck: false, data: false },
])('the document has every route and no other, with %p', async (endpointGroups) => {
  const contextPath = '/engine'
  const app = createMemberApp(host, {
    settings: { ...DEFAULT_HTTP_SETTINGS, contextPath, endpointGroups },
    member: {} as HttpMember,
    mounts: [jobRoutes(() => undefined, '0')],
    onBug: (error) => {
      throw error
    },
  })
  const answer = await app.request('http://localhost/engine/openapi.json', {
    headers: { host: 'localhost' },
  })
  const { servers, paths } = (await answer.json()) as Document
  expect(servers).toEqual([{ url: contextPath }])
  const described = Object.entries(paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method} ${withoutNames(path)}`),
  )
  const routes = app.routes
    .filter(({ method }) => method !== 'ALL')
    .map(({ method, path }) => `${method.toLowerCase()} ${pathOf(path.slice(contextPath.length))}`)
    .map((route) => (route === 'get ' ? 'get /' : route))
  expect(described.toSorted()).toEqual([...new Set(routes)].toSorted())
  const operations = Object.values(paths).flatMap((each) => Object.values(each))
  expect(operations.every(({ responses }) => Object.keys(responses).length > 1)).toBe(true)
})
