import { integer, section, text, texts } from './values.ts'

/** `seatunnel.engine.checkpoint`. */
export const checkpointSection = section({
  interval: integer(10).default(300_000),
  timeout: integer(10).default(30_000),
  'min-pause': integer(-1).default(-1),
  'schema-change-timeout': integer(10).default(30_000),
  storage: section({
    type: text().default('grid'),
    'max-retained': integer(1).optional(),
    'plugin-config': texts().default({}),
  }),
})
