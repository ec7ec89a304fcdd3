/** What one check found: a sentence, and what to do where something is not as it should be. */
export interface Finding {
  readonly name: string
  /** `fail`: a member cannot run like this; `warn`: it can, with the trouble that is told. */
  readonly status: 'ok' | 'warn' | 'fail'
  readonly found: string
  readonly mend?: string
}

/** Looks at one thing; what it throws is a bug. */
export type Check = () => Promise<readonly Finding[]>

export const well = (name: string, found: string): Finding => ({ name, status: 'ok', found })

export const ill = (
  name: string,
  status: 'warn' | 'fail',
  found: string,
  mend: string,
): Finding => ({ name, status, found, mend })
