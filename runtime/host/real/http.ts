import type { Http } from '../http.ts'

/** HTTP by the client and the server of Bun; what not every isolate needs is loaded when it is. */
export const realHttp: Http = {
  fetch: async (url, { tls, ...init } = {}) => {
    if (tls === undefined) return fetch(url, init)
    const { tlsOptions } = await import('./tls.ts')
    return fetch(url, { ...init, tls: tlsOptions(tls, 'dialer', new URL(url).hostname) })
  },
  serve: async (options) => (await import('./httpServing.ts')).serve(options),
}
