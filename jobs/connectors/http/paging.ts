import { EngineError } from '../../../runtime/errors/index.ts'
import { query, type Json } from './jsonPaths.ts'
import { shownUrl, urlOf, type HttpRequest } from './request.ts'
import type { HttpSourceOptions, PagingOptions } from './spec.ts'

/** The page to ask for: its number, or the cursor that a response gave; null begins at the start. */
export interface PagePlace {
  readonly number: number
  readonly cursor: string | null
}

export const firstPage = (options: HttpSourceOptions): PagePlace => ({
  number: options.pageing?.start_page_number ?? 1,
  cursor: null,
})

/** The page behind `place`, or null when that was the last. */
export const nextPage = (
  place: PagePlace,
  sentRows: number,
  document: Json | undefined,
  options: HttpSourceOptions,
): PagePlace | null => {
  const { pageing } = options
  if (pageing === undefined) return null
  if (pageing.page_type === 'Cursor') {
    const cursor = nextCursor(document, pageing)
    // A server that gives the same cursor again would be asked for ever.
    return cursor === null || cursor === place.cursor ? null : { number: place.number + 1, cursor }
  }
  const total = pageing.total_page_size ?? 0
  const isLast = total > 0 ? place.number >= total : sentRows < pageing.batch_size
  return isLast ? null : { number: place.number + 1, cursor: null }
}

const nextCursor = (document: Json | undefined, pageing: PagingOptions): string | null => {
  if (pageing.cursor_response_field === undefined) {
    throw new EngineError(
      'HTP-001',
      'page_type Cursor needs cursor_field and cursor_response_field.',
    )
  }
  if (document === undefined) return null
  const [cursor] = query(document, pageing.cursor_response_field)
  return typeof cursor === 'number'
    ? String(cursor)
    : typeof cursor === 'string' && cursor !== ''
      ? cursor
      : null
}

interface Parts {
  readonly headers: { readonly [name: string]: string }
  readonly params: { readonly [name: string]: string }
  readonly body: string | undefined
}

/** The request for a page: the page is put where the options have a place for it. */
export const requestFor = (place: PagePlace, options: HttpSourceOptions): HttpRequest => {
  const { body: written } = options
  const parts: Parts = {
    headers: options.headers ?? {},
    params: options.params ?? {},
    body: written === undefined || typeof written === 'string' ? written : JSON.stringify(written),
  }
  const { headers, params, body } = withPage(parts, place, options)
  const { method } = options
  const isForm = options.keep_params_as_form && method !== 'GET' && body === undefined
  const sent = isForm ? new URLSearchParams(params).toString() : body
  const contentType = isForm ? 'application/x-www-form-urlencoded' : 'application/json'
  const hasType = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type')
  const url = urlOf(options.url, isForm ? {} : params)
  if (sent !== undefined && method === 'GET') {
    throw new EngineError('HTP-001', `A GET of ${shownUrl(url)} has no body: set method = POST.`)
  }
  return {
    url,
    method,
    headers: sent === undefined || hasType ? headers : { ...headers, 'content-type': contentType },
    body: sent,
  }
}

const withPage = (parts: Parts, place: PagePlace, options: HttpSourceOptions): Parts => {
  const { pageing } = options
  if (pageing === undefined) return parts
  const isCursor = pageing.page_type === 'Cursor'
  const field = isCursor ? pageing.cursor_field : pageing.page_field
  if (field === undefined) {
    throw new EngineError('HTP-001', `pageing needs ${isCursor ? 'cursor_field' : 'page_field'}.`)
  }
  const value = isCursor ? place.cursor : String(place.number)
  const placeholder = `\${${field}}`
  const replaced = replaceIn(parts, placeholder, value ?? '')
  const wasReplaced = JSON.stringify(replaced) !== JSON.stringify(parts)
  if (wasReplaced && !options.keep_page_param_as_http_param) return replaced
  if (value === null) return withoutParam(replaced, field)
  if (!options.keep_page_param_as_http_param && !(field in replaced.params)) {
    if (field in replaced.headers) {
      return { ...replaced, headers: { ...replaced.headers, [field]: value } }
    }
    const body = bodyWith(replaced.body, field, value)
    if (body !== undefined) return { ...replaced, body }
  }
  return { ...replaced, params: { ...replaced.params, [field]: value } }
}

const replaceIn = (parts: Parts, placeholder: string, value: string): Parts => {
  const replace = (members: { readonly [name: string]: string }) =>
    Object.fromEntries(
      Object.entries(members).map(([name, text]) => [name, text.replaceAll(placeholder, value)]),
    )
  return {
    headers: replace(parts.headers),
    params: replace(parts.params),
    body: parts.body?.replaceAll(placeholder, value),
  }
}

const withoutParam = (parts: Parts, field: string): Parts => {
  const { [field]: _removed, ...params } = parts.params
  return { ...parts, params }
}

/** The body with its member `field` set; undefined when it is no JSON object with such a member. */
const bodyWith = (body: string | undefined, field: string, value: string): string | undefined => {
  if (body === undefined) return undefined
  try {
    const members = JSON.parse(body) as { [name: string]: Json } | null
    if (typeof members !== 'object' || members === null || !(field in members)) return undefined
    const isNumber = typeof members[field] === 'number' && /^-?\d+$/.test(value)
    return JSON.stringify({ ...members, [field]: isNumber ? Number(value) : value })
  } catch {
    return undefined
  }
}
