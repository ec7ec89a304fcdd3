export { hazelcastMissing, startHazelcast, type HazelcastServer } from './hazelcast.ts'
export { mariadbMissing, startMariadb } from './mariadb.ts'
export { postgresMissing, startPostgres, type PostgresOptions } from './postgres.ts'
export type { TestServer } from './processes.ts'
