import type { MemberMiddleware } from './environment.ts'
import { HttpFailure } from './failure.ts'
import { isLoopback } from './settings.ts'

const hostNameOf = (host: string): string => host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1')

const isSameOrigin = (origin: string, host: string): boolean =>
  URL.canParse(origin) && new URL(origin).host === host

/**
 * Keeps the pages of other sites, open in a browser on this machine, away from a port that obeys
 * whoever can reach it: neither a request that tells another origin nor, where this machine is
 * trusted without credentials, one that came by another name (DNS rebinding) gets in.
 */
export const refuseForeignPages =
  (trustsThisMachine: boolean): MemberMiddleware =>
  async (context, next) => {
    const host = context.req.header('host') ?? ''
    if (trustsThisMachine && !isLoopback(hostNameOf(host))) {
      throw new HttpFailure(403, 'This port serves this machine only: ask for it as 127.0.0.1.')
    }
    const origin = context.req.header('origin')
    if (origin !== undefined && !isSameOrigin(origin, host)) {
      throw new HttpFailure(403, 'Pages of other sites may not use this port.')
    }
    await next()
  }
