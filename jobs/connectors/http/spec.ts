import { option, type OptionsOf } from '../../options/index.ts'
import { schemaSpec } from '../../schema/index.ts'

const text = (description: string) => option.string({ description, required: true })

const request = {
  url: option.string({ required: true, description: 'Where requests go.' }),
  headers: option.map(text('The value of a header.'), { description: 'Headers of each request.' }),
  params: option.map(text('The value of a parameter.'), {
    description: 'Parameters, added to the URL.',
  }),
  retry: option.integer({
    description: 'How often a request is sent again after a network error, 429 or 5xx.',
    defaultValue: 0,
    minimum: 0,
  }),
  retry_backoff_multiplier_ms: option.integer({
    description: 'The wait before the first repetition; it doubles each time.',
    defaultValue: 100,
    minimum: 0,
  }),
  retry_backoff_max_ms: option.integer({
    description: 'The longest wait between repetitions.',
    defaultValue: 10_000,
    minimum: 0,
  }),
  connect_timeout_ms: option.integer({
    description: 'With socket_timeout_ms: how long a request may take.',
    defaultValue: 12_000,
    minimum: 1,
  }),
  socket_timeout_ms: option.integer({
    description: 'With connect_timeout_ms: how long a request may take.',
    defaultValue: 60_000,
    minimum: 1,
  }),
}

const PAGING_FIELDS = {
  page_field: option.string({ description: 'The parameter that holds the number of the page.' }),
  total_page_size: option.integer({
    description: 'The number of the last page; without it a short page is the last.',
    minimum: 0,
  }),
  batch_size: option.integer({
    description: 'The rows of a full page: one with fewer is the last.',
    defaultValue: 100,
    minimum: 1,
  }),
  start_page_number: option.integer({
    description: 'The number of the first page.',
    defaultValue: 1,
  }),
  page_type: option.string({
    description: 'Pages by number, or by a cursor that each response gives.',
    values: ['PageNumber', 'Cursor'],
    defaultValue: 'PageNumber',
  }),
  cursor_field: option.string({ description: 'The parameter that holds the cursor.' }),
  cursor_response_field: option.string({
    description: 'The JSONPath of the next cursor in a response; the last page has none.',
    example: '$.paging.next',
  }),
  use_placeholder_replacement: option.boolean({
    description: 'Puts the page where ${page_field} stands in headers, params and body.',
    defaultValue: false,
  }),
}

export const HTTP_SOURCE_OPTIONS = {
  ...request,
  method: option.string({
    description: 'The method of the request.',
    values: ['GET', 'POST', 'PUT'],
    defaultValue: 'GET',
  }),
  body: option.any({ description: 'The body of a request: text, or an object sent as JSON.' }),
  format: option.string({
    description: 'json yields rows of the schema; text yields each response as one column.',
    values: ['text', 'json'],
    defaultValue: 'text',
  }),
  schema: schemaSpec,
  json_field: option.map(text('A JSONPath.'), {
    description: 'The JSONPath of each column; all must find equally many values.',
    example: { name: '$.data[*].name' },
  }),
  content_field: option.string({
    description: 'The JSONPath of the rows in a response.',
    aliases: ['content_json'],
    example: '$.data.*',
  }),
  json_filed_missed_return_null: option.boolean({
    description: 'A value that json_field does not find is null instead of an error.',
    defaultValue: false,
    aliases: ['json_field_missed_return_null'],
  }),
  pageing: option.object(PAGING_FIELDS, { description: 'Reads page after page.' }),
  poll_interval_millis: option.integer({
    description: 'In a streaming job: the wait before everything is asked for again.',
    defaultValue: -1,
  }),
  enable_multi_lines: option.boolean({
    description: 'Each line of a response is a document of its own.',
    defaultValue: false,
  }),
  keep_params_as_form: option.boolean({
    description: 'POST sends the parameters as a form in the body.',
    defaultValue: false,
  }),
  keep_page_param_as_http_param: option.boolean({
    description: 'The page is always sent as a parameter.',
    defaultValue: false,
  }),
  date_format: option.string({ description: 'Accepted; dates are read in any usual notation.' }),
  datetime_format: option.string({ description: 'Accepted; as date_format.' }),
  time_format: option.string({ description: 'Accepted; as date_format.' }),
}

export type HttpSourceOptions = OptionsOf<typeof HTTP_SOURCE_OPTIONS>
export type PagingOptions = NonNullable<HttpSourceOptions['pageing']>

export const HTTP_SINK_OPTIONS = {
  ...request,
  array_mode: option.boolean({
    description: 'Sends several rows as a JSON array; otherwise each row as an object.',
    defaultValue: false,
  }),
  batch_size: option.integer({
    description: 'The most rows of one array.',
    defaultValue: 1,
    minimum: 1,
  }),
  request_interval_ms: option.integer({
    description: 'The wait between two requests.',
    defaultValue: 0,
    minimum: 0,
  }),
  format: option.string({
    description: 'The form of the body.',
    values: ['json'],
    defaultValue: 'json',
  }),
  multi_table_sink_replica: option.integer({
    description: 'Accepted.',
    defaultValue: 1,
    advanced: true,
  }),
}

export type HttpSinkOptions = OptionsOf<typeof HTTP_SINK_OPTIONS>
