import { isTest, isTypeScript, type Rule } from '../sources.ts'

const PRODUCT_LINES_MAX = 400
/** Tests have many small cases that belong together. */
const TEST_LINES_MAX = 600

/** A file longer than this holds more than one idea. */
export const fileSizes: Rule = (files) =>
  files.filter(isTypeScript).flatMap((file) => {
    const linesMax = isTest(file) ? TEST_LINES_MAX : PRODUCT_LINES_MAX
    const lineCount = file.text.split('\n').length - 1
    return lineCount > linesMax
      ? [`${file.path} has ${lineCount} lines, more than ${linesMax}`]
      : []
  })

const SKIPS = /\b(?:test|it|describe)\.(?:skip|skipIf|todo|todoIf|if)\(/
const PRINTED_REASON = /(?:console\.\w+|std(?:out|err)\.write)\(\s*[^)]*skip/i

/** A test that does not run says why, on the terminal; and none shuts out the others. */
export const skipsHaveReasons: Rule = (files) =>
  files.filter(isTest).flatMap((file) => {
    const only = /\b(?:test|it|describe)\.only\(/.test(file.text)
    const silent = SKIPS.test(file.text) && !PRINTED_REASON.test(file.text)
    return [
      ...(only ? [`${file.path} runs only some of its tests`] : []),
      ...(silent ? [`${file.path} skips a test without printing why ("skipped: …")`] : []),
    ]
  })

const SECRETS: readonly RegExp[] = [
  /\bAKIA[0-9A-Z]{16}\b/,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /\bgh[pousr]_[A-Za-z0-9]{36}\b/,
  /\bxox[abpr]-[A-Za-z0-9-]{10,}/,
  /\bsk-[A-Za-z0-9]{32,}\b/,
  /\beyJ[A-Za-z0-9_-]{20,}\.eyJ[A-Za-z0-9_-]{20,}\./,
]

/** Nothing that looks like a real key, also not in fixtures. */
export const noSecrets: Rule = (files) =>
  files.flatMap((file) =>
    SECRETS.filter((pattern) => pattern.test(file.text)).map(
      () => `${file.path} holds what looks like a secret`,
    ),
  )

const MACHINE_PATHS = /(?<![\w.~$}-])\/(?:work|home|root|Users)\/[\w.-]+/

/** The project runs wherever it is cloned. */
export const noMachinePaths: Rule = (files) =>
  files.flatMap((file) => {
    const found = MACHINE_PATHS.exec(file.text)
    return found === null ? [] : [`${file.path} names ${found[0]}, a path of one machine`]
  })
