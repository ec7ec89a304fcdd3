import { codeOf, importsOf, isProduct, type Rule } from '../sources.ts'

/** Clocks, timers, randomness, sockets, disk, threads and the process itself. */
const BANNED_CODE: readonly RegExp[] = [
  /\bDate\.now\b/,
  /\bnew Date\(\s*\)|\bnew Date\b(?!\s*\()/,
  /\bperformance\./,
  /\b(setTimeout|setInterval|setImmediate)\b/,
  /\bMath\.random\b/,
  /\bcrypto\./,
  /(?<![.\w])fetch\(/,
  /\bnew (Worker|WebSocket|XMLHttpRequest)\b/,
  /(?<![.\w])process\./,
  /\bBun\.(file|write|serve|listen|connect|udpSocket|spawn|spawnSync|sleep|sleepSync|nanoseconds)\b/,
  /\bBun\.(SQL|sql|stdin|stdout|stderr|env|s3|S3Client|RedisClient|redis|cron|openInEditor|dns)\b/,
]

const BANNED_MODULES =
  /^(bun|bun:sqlite|(node:)?(fs|fs\/promises|net|dgram|http|https|http2|tls|dns|os|child_process|worker_threads|timers|timers\/promises|crypto|process|cluster|perf_hooks))$/

/** The host is the seam; deploy/ puts the real one together. */
const mayTouchTheMachine = (path: string): boolean =>
  path.startsWith('runtime/host/') || path.startsWith('deploy/')

/** Only runtime/host/ touches the machine: all else can run on a simulated one. */
export const hostSeam: Rule = (files) =>
  files
    .filter((file) => isProduct(file) && !mayTouchTheMachine(file.path))
    .flatMap((file) => {
      const code = codeOf(file)
      const found = BANNED_CODE.flatMap((pattern) => code.match(pattern)?.[0] ?? [])
      const modules = importsOf(file)
        .map(({ specifier }) => specifier)
        .filter((specifier) => BANNED_MODULES.test(specifier))
      return [...found, ...modules].map(
        (what) => `${file.path} uses ${what}: take it from the Host instead`,
      )
    })
