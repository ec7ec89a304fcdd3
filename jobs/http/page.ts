import { Hono, type Context } from 'hono'
import type { MemberEnv } from '../../members/http/index.ts'
import { sha256Hex } from '../../runtime/host/index.ts'
import html from './page.html' with { type: 'text' }

// Bun's types know only what an HTML file is without the attribute.
const PAGE = html as unknown as string

/** The source expression that lets the browser take what is inside this element and nothing else. */
const hashOf = (tag: 'script' | 'style'): string => {
  const [, text] = new RegExp(`<${tag}>([^]*)</${tag}>`).exec(PAGE)!
  return `'sha256-${Uint8Array.fromHex(sha256Hex(new TextEncoder().encode(text))).toBase64()}'`
}

const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    `script-src ${hashOf('script')}`,
    `style-src ${hashOf('style')}`,
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-cache',
}

const page = (context: Context): Response | Promise<Response> => {
  const { pathname } = new URL(context.req.url)
  if (!pathname.endsWith('/')) return context.redirect(`${pathname.split('/').at(-1)}/`)
  return context.html(PAGE, 200, HEADERS)
}

/**
 * The page for people, which asks the other routes. Its paths are relative, so that it works behind
 * any prefix that ends with a slash; without one the browser is sent there.
 */
export const pageRoutes = (): Hono<MemberEnv> => new Hono<MemberEnv>().get('/', page)
