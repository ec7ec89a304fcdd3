import type { Databases } from '../database.ts'

/** Over the drivers that Bun brings along; loaded when they are first needed. */
export const realDatabases: Databases = {
  postgres: async (server) => (await import('./databaseServers.ts')).connectPostgres(server),
  mysql: async (server) => (await import('./databaseServers.ts')).connectMysql(server),
  sqlite: async (file) => (await import('./sqlite.ts')).openSqlite(file),
}
