/** The part of S3's protocol that checkpoints need, in this process. */
export interface ObjectServer extends AsyncDisposable {
  readonly url: string
  /** By `BUCKET/KEY`. */
  readonly objects: Map<string, Uint8Array>
}

const failure = (status: number, code: string): Response =>
  new Response(`<Error><Code>${code}</Code><Message>${code}</Message></Error>`, {
    status,
    headers: { 'content-type': 'application/xml' },
  })

const list = (objects: Map<string, Uint8Array>, bucket: string, query: URLSearchParams) => {
  const start = `${bucket}/${query.get('prefix') ?? ''}`
  const after = `${bucket}/${query.get('start-after') ?? ''}`
  const max = Number(query.get('max-keys') ?? 1000)
  const keys = [...objects.keys()].filter((key) => key.startsWith(start) && key > after).sort()
  const contents = keys
    .slice(0, max)
    .map((key) => `<Contents><Key>${key.slice(bucket.length + 1)}</Key></Contents>`)
  const isTruncated = keys.length > max
  return new Response(
    `<ListBucketResult><IsTruncated>${isTruncated}</IsTruncated>${contents.join('')}</ListBucketResult>`,
    { headers: { 'content-type': 'application/xml' } },
  )
}

/** Refuses all but requests that `accessKeyId` has signed (the signature itself is not checked). */
export const startObjectServer = (accessKeyId: string): ObjectServer => {
  const objects = new Map<string, Uint8Array>()
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: async (request) => {
      const { pathname, searchParams } = new URL(request.url)
      const path = decodeURIComponent(pathname.slice(1)).replace(/\/$/, '')
      const credential = request.headers.get('authorization') ?? ''
      if (!credential.includes(`Credential=${accessKeyId}/`)) return failure(403, 'AccessDenied')
      if (request.method === 'GET' && !path.includes('/')) return list(objects, path, searchParams)
      switch (request.method) {
        case 'PUT':
          objects.set(path, await request.bytes())
          return new Response()
        case 'GET': {
          const bytes = objects.get(path)
          return bytes === undefined ? failure(404, 'NoSuchKey') : new Response(bytes.slice())
        }
        case 'DELETE':
          objects.delete(path)
          return new Response(null, { status: 204 })
        default:
          return failure(405, 'MethodNotAllowed')
      }
    },
  })
  return {
    url: `http://127.0.0.1:${server.port}`,
    objects,
    [Symbol.asyncDispose]: () => server.stop(true),
  }
}
