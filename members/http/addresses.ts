import type { Address } from '../../runtime/host/index.ts'

/** `host:port`, an IPv6 address in brackets. */
export const formatAddress = ({ host, port }: Address): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`
