import { option } from '../../options/index.ts'

const host = option.string({ description: 'The name or address of the server.', required: true })

const port = option.integer({
  description: 'The TCP port of the server.',
  required: true,
  minimum: 1,
  maximum: 65535,
})

/** The options of the Socket source. */
export const SOCKET_SOURCE_OPTIONS = { host, port }

/** The options of the Socket sink. */
export const SOCKET_SINK_OPTIONS = {
  host,
  port,
  max_retries: option.integer({
    description: 'How often a lost connection is made again; -1 without end.',
    defaultValue: 3,
    minimum: -1,
  }),
}
