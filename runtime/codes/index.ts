import { CONFIGURATION_CODES } from './configuration.ts'
import { CONNECTOR_CODES } from './connectors.ts'
import { DATABASE_CODES } from './databases.ts'
import { ENGINE_CODES } from './engine.ts'
import { FILE_CODES } from './files.ts'
import { GRID_CODES } from './grid.ts'
import { HOST_CODES } from './host.ts'
import { JOB_CODES } from './jobs.ts'
import { MEMBER_CODES } from './members.ts'
import { PLAN_CODES } from './plan.ts'
import { ROW_CODES } from './rows.ts'
import { WAYS_CODES } from './ways.ts'

export type { ErrorCodeText } from './text.ts'

/** Every code that Tidegate reports; the file of its area explains it. */
export const ERROR_CODES = {
  ...HOST_CODES,
  ...CONFIGURATION_CODES,
  ...PLAN_CODES,
  ...ROW_CODES,
  ...CONNECTOR_CODES,
  ...FILE_CODES,
  ...DATABASE_CODES,
  ...ENGINE_CODES,
  ...MEMBER_CODES,
  ...GRID_CODES,
  ...JOB_CODES,
  ...WAYS_CODES,
} as const

export type ErrorCode = keyof typeof ERROR_CODES

/** Whether a text that came from elsewhere is one of them. */
export const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(ERROR_CODES, code)
