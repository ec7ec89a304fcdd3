import type { Context } from 'hono'
import { z } from 'zod'
import { badRequest } from './failures.ts'
import { checkJobId, type PageRequest } from '../cluster/index.ts'

const ROWS_MAX = 1000
const PAGE_ROWS = 10

const wholeNumber = (text: string, name: string, minimum: number, maximum: number): number => {
  const number = Number(text)
  if (/^\d+$/.test(text) && number >= minimum && number <= maximum) return number
  throw badRequest(`${name} must be a whole number from ${minimum} to ${maximum}, not ${text}.`)
}

/** A whole number of the query; undefined where it is not given. */
export const numberOf = (
  context: Context,
  name: string,
  minimum: number,
  maximum = Number.MAX_SAFE_INTEGER,
): number | undefined => {
  const text = context.req.query(name)
  return text === undefined ? undefined : wholeNumber(text, name, minimum, maximum)
}

/** `page` (from 1) and `rows` (10 unless given); undefined where neither is given. */
export const pageOf = (context: Context): PageRequest | undefined => {
  const page = numberOf(context, 'page', 1)
  const rows = numberOf(context, 'rows', 1, ROWS_MAX)
  return page === undefined && rows === undefined
    ? undefined
    : { page: page ?? 1, rows: rows ?? PAGE_ROWS }
}

/** All of the query but `known`: filters by tag. */
export const tagsOf = (
  context: Context,
  known: readonly string[] = [],
): { readonly [tag: string]: string } =>
  Object.fromEntries(Object.entries(context.req.query()).filter(([key]) => !known.includes(key)))

const isTrue = (text: string | undefined): boolean => text?.toLowerCase() === 'true'

export const flagOf = (context: Context, name: string): boolean => isTrue(context.req.query(name))

/** The job that the path names. Throws JOB-002 where it is no id. */
export const jobIdOf = (context: Context): string => checkJobId(context.req.param('jobId') ?? '')

/** A job id comes as a number or as a text; JOB-002 where it is none. */
const jobId = z
  .union([z.string(), z.number()], 'must be the id of a job, as a text or a number')
  .transform((id) => checkJobId(String(id)))

/** Upstream's clients send flags also as texts. */
const flag = z.union([z.boolean(), z.string().transform(isTrue)], 'must be true or false')

const WITH_JOB_ID = 'must be an object with a jobId'

export const stopBody = z.object(
  { jobId, isStopWithSavePoint: flag.optional(), force: flag.optional() },
  WITH_JOB_ID,
)

export const stopBodies = z.array(stopBody, 'must be a list of objects with a jobId')

export const jobIdBody = z.object({ jobId }, WITH_JOB_ID)

export const submitParameters = z.object(
  {
    jobId: jobId.optional(),
    jobName: z.string('must be a text').optional(),
    isStartWithSavePoint: flag.optional(),
    restoreMode: z.literal('CHECKPOINT', 'must be CHECKPOINT').optional(),
    restoreSourceJobId: jobId.optional(),
    allowOrphanedState: flag.optional(),
  },
  'must be an object',
)

export const tagsBody = z.record(
  z.string(),
  z.string('must be a text'),
  'must be an object with a text for each tag',
)

export const submitBodies = z.array(
  z.looseObject(
    { params: submitParameters.optional(), env: z.unknown().optional() },
    'must be a job',
  ),
  'must be a list of jobs',
)

export type SubmitParameters = z.infer<typeof submitParameters>

const problemOf = ({ issues }: z.ZodError): string => {
  const { path, message } = issues[0]!
  return path.length === 0 ? `The body ${message}.` : `${path.join('.')}: ${message}.`
}

/** Checks what came; 400 with what is wrong. */
export const checked = <Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
): z.infer<Schema> => {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  throw badRequest(problemOf(result.error))
}

/** Job ids have more digits than a double: as numbers they become the text that was sent. */
const exactNumber = (
  _key: string,
  value: unknown,
  token?: { readonly source?: string },
): unknown =>
  Number.isInteger(value) && !Number.isSafeInteger(value) ? (token?.source ?? value) : value

/** The body as JSON; 400 where it is empty or none. */
export const jsonBody = async (context: Context): Promise<unknown> => {
  const text = await context.req.text()
  if (text.trim() === '') throw badRequest('The body is empty; it must be JSON.')
  try {
    return JSON.parse(text, exactNumber) as unknown
  } catch (thrown) {
    throw badRequest(`The body is no JSON: ${(thrown as Error).message}`)
  }
}
