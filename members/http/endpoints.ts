import type { EndpointGroups } from './settings.ts'

/** One endpoint, for people and for the OpenAPI document. */
export interface Endpoint {
  readonly method: 'get' | 'post' | 'put' | 'delete'
  /** Parameters stand in braces. */
  readonly path: string
  readonly summary: string
  /** Parameters of the query by name. */
  readonly query?: Readonly<Record<string, QueryParameter>>
  /** Whether the rest of the query filters by tag. */
  readonly filtersByTag?: boolean
  readonly body?: Content
  /** Undefined where it is always refused. */
  readonly answer: Content | undefined
  /** Refusals, each with why not; 400, 401 and 503 unless given. */
  readonly refusals?: readonly number[]
}

export interface QueryParameter {
  readonly type: 'string' | 'integer' | 'boolean'
  readonly text: string
}

/** What a body is. */
export interface Content {
  /** Its media types; with a star where it may be any such. */
  readonly media: readonly string[]
  /** Of JSON; without where it differs. */
  readonly type?: 'object' | 'array' | 'string' | 'integer'
  readonly text: string
}

export const arrayOf = (text: string): Content => ({
  media: ['application/json'],
  type: 'array',
  text,
})
export const objectOf = (text: string): Content => ({
  media: ['application/json'],
  type: 'object',
  text,
})

const get = (path: string, summary: string, answer: Content): Endpoint => ({
  method: 'get',
  path,
  summary,
  answer,
})

const NOTHING: Content = { media: ['*/*'], text: 'Nothing' }
const VALUE: Content = { media: ['*/*'], text: 'The value, with its own content type' }
const COUNT: Content = { media: ['application/json'], type: 'integer', text: 'A count' }
const STATE: Content = { media: ['application/json'], type: 'string', text: 'The state' }

/** Told without credentials; what is not well is 503 with the same body. */
const PROBES: readonly Endpoint[] = [
  get('/health/live', 'Whether this process works', objectOf('{ status, loopDelayMs }')),
  get(
    '/health/ready',
    'Whether this member can be given work',
    objectOf('{ status, state, hasMaster, persistence }'),
  ),
  get('/health/startup', 'Whether it has joined ever since', objectOf('{ status, state }')),
].map((endpoint) => ({ ...endpoint, refusals: [503] }))

const HEALTH: readonly Endpoint[] = [
  get(
    '/hazelcast/health',
    'The state of this member and its cluster',
    objectOf('{ nodeState, clusterState, clusterSafe, migrationQueueSize, clusterSize }'),
  ),
  get('/hazelcast/health/node-state', 'The state of this member', STATE),
  get('/hazelcast/health/cluster-state', 'The state of the cluster', STATE),
  get('/hazelcast/health/cluster-safe', '200 when all backups are in place', NOTHING),
  get('/hazelcast/health/migration-queue-size', 'Partitions that are to move', COUNT),
  get('/hazelcast/health/cluster-size', 'Members of the cluster', COUNT),
  get('/hazelcast/health/ready', '200 when this member has joined', NOTHING),
].map((endpoint) => ({ ...endpoint, refusals: [503] }))

const CLUSTER: readonly Endpoint[] = [
  get('/members', 'The cluster as this member sees it', objectOf('{ clusterName, members, … }')),
  get('/cluster', 'The cluster as the active master sees it', objectOf('As /members')),
  get('/config', 'The settings of this member', arrayOf('[{ key, value, origin }]')),
]

const CLUSTER_READ: readonly Endpoint[] = [
  get(
    '/hazelcast/rest/cluster',
    'The members, as Hazelcast tells them',
    objectOf('{ members, connectionCount, allConnectionCount }'),
  ),
  get('/hazelcast/rest/instance', 'The name of the cluster', objectOf('{ name }')),
]

const MAP = '/hazelcast/rest/maps/{map}'
const ENTRY = `${MAP}/{key}`
const QUEUE = '/hazelcast/rest/queues/{queue}'
const writes = (
  methods: readonly ('post' | 'put')[],
  path: string,
  summary: string,
  body?: Content,
): Endpoint[] =>
  methods.map((method) => ({
    method,
    path,
    summary,
    answer: NOTHING,
    ...(body === undefined ? {} : { body }),
  }))

const DATA: readonly Endpoint[] = [
  get(ENTRY, 'The value of a key; 204 where there is none', VALUE),
  ...writes(['post', 'put'], ENTRY, 'Sets the value of a key', VALUE),
  { method: 'delete', path: ENTRY, summary: 'Removes a key', answer: NOTHING },
  { method: 'delete', path: MAP, summary: 'Empties a map', answer: NOTHING },
  get(`${QUEUE}/size`, 'How long a queue is', { media: ['text/plain'], text: 'A count' }),
  get(`${QUEUE}/{secondsOrText}`, 'Takes the first element, once there is one', VALUE),
  {
    method: 'delete',
    path: `${QUEUE}/{secondsOrText}`,
    summary: 'Takes the first element, once there is one',
    answer: VALUE,
  },
  ...writes(['post', 'put'], QUEUE, 'Adds an element', VALUE),
  ...writes(['post'], `${QUEUE}/{secondsOrText}`, 'Adds a text'),
]

/** What a member serves beside the routes of other areas. */
export const memberEndpoints = (groups: EndpointGroups): readonly Endpoint[] => [
  ...PROBES,
  ...(groups.healthCheck ? HEALTH : []),
  ...CLUSTER,
  ...(groups.clusterRead ? CLUSTER_READ : []),
  ...(groups.data ? DATA : []),
]
