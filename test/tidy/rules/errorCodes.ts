import type { ErrorCodeText } from '../../../runtime/codes/index.ts'
import { isProduct, type Rule } from '../sources.ts'

const REGISTRY = 'runtime/codes/'
/** Ours count from 001; SHA-256 is none. */
const CODE = /\b[A-Z]{3}-0\d{2}\b/g
const QUOTED_CODE = /'([A-Z]{3}-0\d{2})'/g

const isSentence = (text: string): boolean => /^[A-Z`].*[.?]$/.test(text)

/** Every code that is used is registered, every registered one is used, each says what and action. */
export const errorCodes =
  (registry: { readonly [code: string]: ErrorCodeText }): Rule =>
  (files) => {
    const product = files.filter((file) => isProduct(file) && !file.path.startsWith(REGISTRY))
    const used = new Set(
      product.flatMap((file) => [...file.text.matchAll(QUOTED_CODE)].map(([, code]) => code!)),
    )
    const mentioned = product.flatMap((file) =>
      [...file.text.matchAll(CODE)].map(([code]) => ({ file, code })),
    )
    return [
      ...mentioned
        .filter(({ code }) => !Object.hasOwn(registry, code))
        .map(({ file, code }) => `${file.path} uses ${code}, which is not registered`),
      ...Object.entries(registry).flatMap(([code, { what, action }]) => [
        ...(used.has(code) ? [] : [`${code} is registered but nothing reports it`]),
        ...(isSentence(what) && isSentence(action)
          ? []
          : [`${code} does not say in sentences what happened and what to do`]),
      ]),
    ]
  }
