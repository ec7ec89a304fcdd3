import type { CodesOf } from './text.ts'

/** CON, HTP, AST: any connector, HTTP and assertions. */
export const CONNECTOR_CODES = {
  'CON-001': {
    what: 'A test sink failed because its options ask for it.',
    action: 'Remove the option when the job shall succeed.',
  },
  'CON-002': {
    what: 'The connection of a Socket source or sink failed.',
    action: 'Check the server at the address, and start the job again.',
  },
  'CON-003': {
    what: 'A connector needs a cluster, and the job runs in none.',
    action: 'Submit the job to a cluster, or name members of one in its options.',
  },
  'CON-004': {
    what: 'A sink cannot tell which columns are the key.',
    action: 'Name them in its options.',
  },
  'HTP-001': {
    what: 'An option of a request cannot be used.',
    action: 'Correct the URL, JSONPath or paging option that the message names.',
  },
  'HTP-002': {
    what: 'A server cannot be reached over HTTP.',
    action: 'Check the address and the network, or raise retry and the timeouts.',
  },
  'HTP-003': {
    what: 'A server answered with an error.',
    action: 'Read what it says; check URL, credentials and body.',
  },
  'HTP-004': {
    what: 'A response is not JSON.',
    action: 'Check the URL, or set format = text or enable_multi_lines = true.',
  },
  'HTP-005': {
    what: 'The paths of json_field find different numbers of values.',
    action: 'Correct the paths, or set json_filed_missed_return_null = true.',
  },
  'AST-001': {
    what: 'A value broke a field rule of an Assert sink.',
    action: 'Correct the data, the transform before it, or the rule.',
  },
  'AST-002': {
    what: 'The number of rows broke a row rule of an Assert sink.',
    action: 'Correct the source or the transform, or the rule.',
  },
  'AST-003': {
    what: 'A table is not as an Assert sink expects it.',
    action: 'Correct the schema of the table, or the rule.',
  },
  'AST-004': {
    what: 'The tables that came are not those that an Assert sink names.',
    action: 'Correct the source, or table-names.',
  },
} as const satisfies CodesOf<'CON' | 'HTP' | 'AST'>
