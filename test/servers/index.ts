export { hazelcastMissing, startHazelcast, type HazelcastServer } from './hazelcast.ts'
export { mariadbMissing, startMariadb } from './mariadb.ts'
export { postgresMissing, startPostgres, type PostgresServer } from './postgres.ts'
export type { TestServer } from './processes.ts'
export {
  seatunnelMissing,
  seatunnelPage,
  startSeatunnel,
  type SeatunnelServer,
} from './seatunnel.ts'
