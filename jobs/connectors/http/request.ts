import { EngineError, messageOf } from '../../../runtime/errors/index.ts'
import type { ConnectorContext } from '../contract.ts'
import { waitMs } from '../waiting.ts'

/** What both the source and the sink say about requests. */
export interface RequestOptions {
  readonly retry: number
  readonly retry_backoff_multiplier_ms: number
  readonly retry_backoff_max_ms: number
  readonly connect_timeout_ms: number
  readonly socket_timeout_ms: number
}

export interface HttpRequest {
  readonly url: URL
  readonly method: string
  readonly headers: { readonly [name: string]: string }
  readonly body: string | undefined
}

export interface HttpAnswer {
  readonly status: number
  readonly text: string
}

/** A response that is larger than this fails: it is held whole. */
const ANSWER_BYTES_MAX = 256 << 20

/** The URL of an option with parameters; throws HTP-001 when it is not one. */
export const urlOf = (text: string, params: { readonly [name: string]: string }): URL => {
  if (!URL.canParse(text)) {
    throw new EngineError('HTP-001', `"${text.replace(/\?.*$/s, '')}" is not a URL.`)
  }
  const url = new URL(text)
  for (const [name, value] of Object.entries(params)) url.searchParams.set(name, value)
  return url
}

/** The URL as messages show it: its query may hold tokens. */
export const shownUrl = (url: URL): string => `${url.origin}${url.pathname}`

/**
 * Sends a request and repeats it after network errors, 429 and 5xx as the options say. Other
 * statuses are answers. Rejects with HTP-002 when no answer came and HTP-003 when only bad ones did.
 */
export const sendRequest = async (
  request: HttpRequest,
  options: RequestOptions,
  context: ConnectorContext,
): Promise<HttpAnswer> => {
  for (let repetition = 0; ; repetition += 1) {
    try {
      const answer = await sendOnce(request, options, context)
      if (answer.status !== 429 && answer.status < 500) return answer
      throw statusError(request.url, answer, 'backoff')
    } catch (error) {
      if (!(error instanceof EngineError) || error.retry === 'never') throw error
      if (repetition >= options.retry || context.signal.aborted) throw error
      context.log('warn', `${error.message} Trying again.`)
      const delayMs = options.retry_backoff_multiplier_ms * 2 ** repetition
      const limitedMs = Math.min(delayMs, options.retry_backoff_max_ms)
      await waitMs(context.host.clock, limitedMs, context.signal)
    }
  }
}

const sendOnce = async (
  request: HttpRequest,
  options: RequestOptions,
  context: ConnectorContext,
): Promise<HttpAnswer> => {
  const { url, method, headers, body } = request
  const timeoutMs = options.connect_timeout_ms + options.socket_timeout_ms
  const controller = new AbortController()
  const timer = context.host.clock.timer(timeoutMs, () =>
    controller.abort(new Error(`no answer within ${timeoutMs} ms`)),
  )
  const cancel = (): void => controller.abort(new Error('the job was cancelled'))
  context.signal.addEventListener('abort', cancel)
  try {
    const response = await context.host.http.fetch(url, {
      method,
      headers,
      signal: controller.signal,
      ...(body === undefined ? {} : { body }),
    })
    return { status: response.status, text: await readAnswer(url, response) }
  } catch (error) {
    if (error instanceof EngineError) throw error
    throw new EngineError('HTP-002', `${shownUrl(url)} cannot be reached: ${messageOf(error)}.`, {
      retry: 'reconnect',
      cause: error,
    })
  } finally {
    timer.cancel()
    context.signal.removeEventListener('abort', cancel)
  }
}

const readAnswer = async (url: URL, response: Response): Promise<string> => {
  if (response.body === null) return ''
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    bytes += chunk.length
    if (bytes > ANSWER_BYTES_MAX) {
      throw new EngineError(
        'HTP-003',
        `The answer of ${shownUrl(url)} is larger than ${ANSWER_BYTES_MAX} bytes: read it in pages.`,
      )
    }
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

/** An answer that is no success, with the beginning of what the server says. */
export const statusError = (
  url: URL,
  { status, text }: HttpAnswer,
  retry: 'never' | 'backoff' = 'never',
): EngineError => {
  const said = text.trim().slice(0, 200)
  return new EngineError(
    'HTP-003',
    `${shownUrl(url)} answered with status ${status}${said === '' ? '.' : `: ${said}`}`,
    { retry },
  )
}
