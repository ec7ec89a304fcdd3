import type { TLSOptions } from 'bun'
import type { Tls } from '../network.ts'

/** The options of Bun for our side of an encrypted stream. */
export const tlsOptions = (tls: Tls, role: 'listener' | 'dialer', host: string): TLSOptions => ({
  ...(tls.certificate === undefined ? {} : { cert: tls.certificate }),
  ...(tls.key === undefined ? {} : { key: tls.key }),
  ...(tls.authorities === undefined ? {} : { ca: tls.authorities }),
  ...(role === 'dialer'
    ? { serverName: tls.serverName ?? host, rejectUnauthorized: true }
    : {
        requestCert: tls.asksCertificate ?? false,
        rejectUnauthorized: tls.asksCertificate ?? false,
      }),
})
