import { flag, integer, section, text } from './values.ts'

/** `seatunnel.engine.http`: the port for people and tools. */
export const httpSection = section({
  'enable-http': flag().default(true),
  port: integer(0, 65_535).default(8080),
  'enable-dynamic-port': flag().default(false),
  'port-range': integer(1).default(100),
  'context-path': text().default(''),
  'enable-https': flag().default(false),
  'https-port': integer(0, 65_535).default(8443),
  'key-store-path': text().optional(),
  'key-store-password': text().optional(),
  'key-manager-password': text().optional(),
  'trust-store-path': text().optional(),
  'trust-store-password': text().optional(),
  'enable-basic-auth': flag().default(false),
  'basic-auth-username': text().default('admin'),
  'basic-auth-password': text().optional(),
})
