import { Hono, type Context } from 'hono'
import { HttpFailure, type MemberEnv, type MemberMiddleware } from '../../members/http/index.ts'
import { messageOf } from '../../runtime/errors/index.ts'
import { isCodeFile } from '../bundles/index.ts'
import type { JobContent, JobService, JobSubmission, SubmittedJob } from '../cluster/index.ts'
import { formatOf, type JobFormat } from '../files/index.ts'
import { answering, badRequest } from './failures.ts'
import {
  checked,
  jsonBody,
  submitBodies,
  submitParameters,
  type SubmitParameters,
} from './parameters.ts'

/** Takes the code of a job: distributes its bundle and plans it. */
export type TakeCode = (file: string, text: string) => Promise<JobContent>

export interface SubmittingOptions {
  readonly jobs: () => JobService
  readonly takeCode: TakeCode
  readonly onlyActiveMaster: MemberMiddleware
}

const FORMATS: Readonly<Record<string, JobFormat>> = {
  json: 'json',
  hocon: 'hocon',
  sql: 'sql',
  yaml: 'yaml',
  yml: 'yaml',
}

/** The format that the query names; JSON unless it does. */
const formatOfQuery = (context: Context): JobFormat | 'js' | 'ts' => {
  const name = context.req.query('format')?.toLowerCase() ?? 'json'
  if (name === 'js' || name === 'ts') return name
  const format = FORMATS[name]
  if (format !== undefined) return format
  throw badRequest(`There is no format ${name}; there is json, hocon, sql, yaml, js and ts.`)
}

/** Upstream reads its parameters also where their names are in another case. */
const parametersOf = (context: Context): SubmitParameters =>
  checked(submitParameters, context.req.query())

const contentOf = (text: string, format: JobFormat, file: string): JobContent => ({
  text,
  format,
  file,
  variables: {},
})

const submissionOf = (content: JobContent, parameters: SubmitParameters): JobSubmission => ({
  content,
  jobId: parameters.jobId,
  jobName: parameters.jobName,
  isStartWithSavePoint: parameters.isStartWithSavePoint ?? false,
  restoreMode: parameters.restoreMode,
  restoreSourceJobId: parameters.restoreSourceJobId,
  allowOrphanedState: parameters.allowOrphanedState ?? false,
})

const formOf = async ({ req }: Context<MemberEnv>): ReturnType<typeof req.parseBody> => {
  try {
    return await req.parseBody()
  } catch (thrown) {
    if (thrown instanceof HttpFailure) throw thrown
    throw badRequest(`The form cannot be read: ${messageOf(thrown)}`)
  }
}

/** The file that was uploaded: part `config_file` of a form, or the body as it is. */
const uploadedFile = async (
  context: Context<MemberEnv>,
): Promise<{ readonly name: string; readonly text: string }> => {
  if (context.req.header('content-type')?.includes('multipart/form-data') === true) {
    const part = (await formOf(context))['config_file']
    if (part instanceof File) return { name: part.name, text: await part.text() }
    throw badRequest('The form has no file in the part config_file.')
  }
  const format = formatOfQuery(context)
  const name = context.req.query('fileName') ?? `upload.${format}`
  return { name, text: await context.req.text() }
}

/** What takes jobs. */
export const submittingRoutes = (options: SubmittingOptions): Hono<MemberEnv> => {
  const { jobs, takeCode, onlyActiveMaster } = options
  const submit = (content: JobContent, parameters: SubmitParameters): Promise<SubmittedJob> =>
    answering(jobs().submit(submissionOf(content, parameters)))
  return new Hono<MemberEnv>()
    .post('/submit-job', onlyActiveMaster, async (context) => {
      const parameters = parametersOf(context)
      const format = formatOfQuery(context)
      const text = await context.req.text()
      if (text.trim() === '') throw badRequest('The body is empty; it must be a job.')
      const content =
        format === 'js' || format === 'ts'
          ? await takeCode(`job.${format}`, text)
          : contentOf(text, format, `job.${format}`)
      return context.json(await submit(content, parameters))
    })
    .post('/submit-job/upload', onlyActiveMaster, async (context) => {
      const parameters = parametersOf(context)
      const { name, text } = await uploadedFile(context)
      if (text.trim() === '') throw badRequest(`The file ${name} is empty.`)
      const content = isCodeFile(name)
        ? await takeCode(name, text)
        : contentOf(text, formatOf(name), name)
      return context.json(await submit(content, parameters))
    })
    .post('/submit-jobs', onlyActiveMaster, async (context) => {
      const given = checked(submitBodies, await jsonBody(context))
      const submitted: SubmittedJob[] = []
      for (const { params = {}, ...job } of given) {
        const content = contentOf(JSON.stringify(job), 'json', `job-${submitted.length + 1}.json`)
        submitted.push(await submit(content, params))
      }
      return context.json(submitted)
    })
}
