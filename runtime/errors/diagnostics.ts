import type { ErrorCode } from '../codes/index.ts'
import { EngineError } from './engineError.ts'
import { formatPlace, type Place } from './places.ts'

/** One problem in a text that a user wrote. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning'
  readonly code: ErrorCode
  readonly message: string
  readonly at: Place
}

/** Collects all problems of one run, so that a user sees them together. */
export class Diagnostics {
  readonly all: Diagnostic[] = []

  error(code: ErrorCode, message: string, at: Place): void {
    this.all.push({ severity: 'error', code, message, at })
  }

  warning(code: ErrorCode, message: string, at: Place): void {
    this.all.push({ severity: 'warning', code, message, at })
  }

  /** Records an EngineError at `at` unless it names a place of its own; rethrows anything else. */
  caught(thrown: unknown, at: Place): void {
    if (!(thrown instanceof EngineError)) throw thrown
    this.error(thrown.code, thrown.message, thrown.at ?? at)
  }

  get hasErrors(): boolean {
    return this.all.some((diagnostic) => diagnostic.severity === 'error')
  }
}

export const formatDiagnostic = (diagnostic: Diagnostic): string =>
  `${formatPlace(diagnostic.at)} ${diagnostic.code} ${diagnostic.message}`
