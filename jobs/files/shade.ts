import {
  toJson,
  type ConfigObject,
  type ConfigScalar,
  type JsonValue,
} from '../../runtime/config/index.ts'
import { nearest, type Diagnostics } from '../../runtime/errors/index.ts'
import { findEntry, parseOptions } from '../optionblocks/index.ts'
import { option } from '../options/index.ts'
import { pluginBlocks } from './blocks.ts'
import { mapScalars } from './variables.ts'

/** How SeaTunnel hides values in a job file: `shade.identifier` names one of these. */
const CIPHERS: { readonly [identifier: string]: Cipher } = {
  default: { encrypt: (text) => text, decrypt: (text) => text },
  base64: {
    encrypt: (text) => new TextEncoder().encode(text).toBase64(),
    decrypt: (text) =>
      new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.fromBase64(text)),
  },
}

interface Cipher {
  readonly encrypt: (text: string) => string
  readonly decrypt: (text: string) => string
}

/** The options whose values are hidden, beside those of `shade.options`. */
const HIDDEN_KEYS: readonly string[] = 'password username auth token access_key secret_key'.split(
  ' ',
)

const SHADE_OPTIONS = {
  'shade.identifier': option.string({ description: 'The cipher.', defaultValue: 'default' }),
  'shade.options': option.list(option.string({ description: 'A key.', required: true }), {
    description: 'Further keys whose values are hidden.',
    defaultValue: [],
  }),
  'shade.properties': option.any({ description: 'What the cipher needs; none here does.' }),
}

interface Shade {
  readonly cipher: Cipher
  readonly keys: ReadonlySet<string>
}

const shadeOf = (root: ConfigObject, diagnostics: Diagnostics): Shade | undefined => {
  const env = root.entries.get('env')?.value
  if (env?.kind !== 'object' || findEntry(env, 'shade.identifier') === undefined) return undefined
  const owner = { name: 'env', at: env.at, ignored: new Set(env.entries.keys()) }
  const { options, places } = parseOptions(SHADE_OPTIONS, env, diagnostics, owner)
  const identifier = options['shade.identifier']
  const cipher = CIPHERS[identifier.toLowerCase()]
  const keys = new Set([...HIDDEN_KEYS, ...options['shade.options']])
  if (cipher !== undefined) return { cipher, keys }
  const names = Object.keys(CIPHERS)
  const meant = nearest(identifier, names)
  const hint = meant === undefined ? '' : ` Did you mean ${meant}?`
  const message = `\`shade.identifier\` must be one of ${names.join(', ')}, not ${identifier}.${hint}`
  diagnostics.error('CFG-005', message, places['shade.identifier'] ?? env.at)
  return undefined
}

const isHidden = (shade: Shade, scalar: ConfigScalar, key: string): boolean =>
  shade.keys.has(key) && scalar.value !== null

/** Makes hidden values of the plugins' options readable, as `shade.identifier` of `env` says. */
export const decryptTree = (root: ConfigObject, diagnostics: Diagnostics): ConfigObject => {
  const shade = shadeOf(root, diagnostics)
  if (shade === undefined) return root
  const reveal = converter(shade, 'decrypt', diagnostics)
  return withoutEnvironment(root, (block) => mapScalars(block, reveal))
}

type Convert = (scalar: ConfigScalar, key: string) => ConfigScalar

const converter =
  (shade: Shade, direction: 'encrypt' | 'decrypt', diagnostics: Diagnostics): Convert =>
  (scalar, key) => {
    if (!isHidden(shade, scalar, key)) return scalar
    try {
      const text = shade.cipher[direction](scalar.text)
      return { ...scalar, value: text, text, quoted: true }
    } catch {
      const message = `The value of \`${key}\` is not hidden as \`shade.identifier\` says; hide it with --encrypt.`
      diagnostics.error('CFG-005', message, scalar.at)
      return scalar
    }
  }

const withoutEnvironment = (
  root: ConfigObject,
  map: (block: ConfigObject) => ConfigObject,
): ConfigObject => {
  const env = root.entries.get('env')
  const mapped = map(root)
  if (env === undefined) return mapped
  return { ...mapped, entries: new Map([...mapped.entries, ['env', env]]) }
}

/**
 * The job with its hidden values encrypted or decrypted, as JSON in the form with `plugin_name`; with
 * base64 where `env` names no cipher. Problems go to `diagnostics`.
 */
export const shadeJob = (
  root: ConfigObject,
  direction: 'encrypt' | 'decrypt',
  diagnostics: Diagnostics,
): JsonValue => {
  const plain = { cipher: CIPHERS['base64']!, keys: new Set(HIDDEN_KEYS) }
  const shade = shadeOf(root, diagnostics) ?? plain
  const convert = converter(shade, direction, diagnostics)
  const blocks = pluginBlocks(root, diagnostics)
  const pluginsOf = (kind: string): JsonValue =>
    blocks
      .filter((block) => block.kind === kind)
      .map(({ name, options }) => ({
        plugin_name: name,
        ...(toJson(mapScalars(options, convert)) as { readonly [key: string]: JsonValue }),
      }))
  const env = root.entries.get('env')?.value
  return {
    env: env === undefined ? {} : toJson(env),
    source: pluginsOf('source'),
    transform: pluginsOf('transform'),
    sink: pluginsOf('sink'),
  }
}
