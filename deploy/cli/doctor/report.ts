import { ExitCode } from '../exitCodes.ts'
import type { TextStream } from '../terminal.ts'
import type { Check, Finding } from './check.ts'

/** Runs one check after the other: some measure time. */
export const runChecks = async (checks: readonly Check[]): Promise<readonly Finding[]> => {
  const findings: Finding[] = []
  for (const check of checks) findings.push(...(await check()))
  return findings
}

/** 1 when a member cannot run here. */
export const exitCodeOf = (findings: readonly Finding[]): ExitCode =>
  findings.some(({ status }) => status === 'fail') ? ExitCode.failed : ExitCode.finished

/** One line a finding, and below it what to do. */
export const findingsText = (findings: readonly Finding[], { color }: TextStream): string => {
  const paints = { ok: color.green, warn: color.yellow, fail: color.red }
  const width = Math.max(...findings.map(({ name }) => name.length))
  return findings
    .map(({ name, status, found, mend }) => {
      const line = `${paints[status](status.padEnd(4))}  ${name.padEnd(width)}  ${found}\n`
      return mend === undefined ? line : `${line}${' '.repeat(width + 8)}${mend}\n`
    })
    .join('')
}
