import { describe, expect, test } from 'bun:test'
import {
  describeTarget,
  parseTarget,
  type ConnectionOptions,
  type Target,
} from '../../../../jobs/connectors/jdbc/urls.ts'

const parse = (url: string, more: Partial<ConnectionOptions> = {}, database?: string): Target =>
  parseTarget(
    {
      url,
      username: undefined,
      password: undefined,
      connection_check_timeout_sec: 30,
      properties: undefined,
      ...more,
    },
    database,
  )

const serverOf = (target: Target) => {
  if (target.dialect === 'sqlite') throw new Error('not a server')
  return { dialect: target.dialect, ...target.server }
}

describe('JDBC URLs', () => {
  test('of servers', () => {
    expect(
      serverOf(parse('jdbc:postgresql://db:5433/shop?currentSchema=app&ssl=true')),
    ).toMatchObject({
      dialect: 'postgresql',
      hostname: 'db',
      port: 5433,
      database: 'shop',
      tlsMode: 'require',
      parameters: { search_path: 'app' },
    })
    expect(serverOf(parse('jdbc:mysql://db/a%20b?useSSL=false', { username: 'u' }))).toMatchObject({
      dialect: 'mysql',
      port: 3306,
      database: 'a b',
      username: 'u',
      tlsMode: 'disable',
    })
    expect(serverOf(parse('jdbc:mariadb://[::1]:3307,other:1/x')).hostname).toBe('::1')
    expect(serverOf(parse('JDBC:MySQL://db', {}, 'fallback')).database).toBe('fallback')
    expect(serverOf(parse('jdbc:postgresql:///shop', { username: 'me' })).hostname).toBe(
      'localhost',
    )
  })

  test('properties win over the URL, options over both', () => {
    const target = parse('jdbc:mysql://db/x?user=a&password=b&sslMode=REQUIRED', {
      properties: { user: 'c', sslMode: 'VERIFY_IDENTITY' },
      password: 'd',
    })
    expect(serverOf(target)).toMatchObject({ username: 'c', password: 'd', tlsMode: 'verify-full' })
  })

  test('of files', () => {
    expect(parse('jdbc:sqlite:/tmp/a b.db')).toMatchObject({ file: { path: '/tmp/a b.db' } })
    expect(parse('Jdbc:sqlite:test.db?x=1')).toMatchObject({ file: { path: 'test.db' } })
  })

  test('of anything else are refused without their secrets', () => {
    for (const url of [
      'jdbc:oracle:thin:@x',
      'postgres://x/y',
      'jdbc:mysql://me:hush@db/x?password=hush',
    ]) {
      expect(() => parse(url)).toThrow(/names no database/)
      expect(() => parse(url)).not.toThrow(/hush/)
    }
  })

  test('messages name the place only', () => {
    const target = parse('jdbc:postgresql://db/shop?password=hush', { username: 'me' })
    expect(describeTarget(target)).toBe('PostgreSQL db:5432/shop')
  })
})
