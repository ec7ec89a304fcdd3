import { readdirSync } from 'node:fs'
import { cpus } from 'node:os'

/** One measured number. */
export interface Figure {
  /** The benchmark's name, which is its module's. */
  readonly bench: string
  readonly name: string
  readonly value: number
  readonly unit: string
  /** What else tells how the number came about. */
  readonly [detail: string]: string | number | boolean
}

/** What a module of this folder that is a benchmark exports. */
export interface BenchModule {
  readonly run: (emit: (figure: Figure) => void, options: readonly string[]) => Promise<void>
}

const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, bun: Bun.version }

const emit = (figure: Figure): void => {
  process.stdout.write(`${JSON.stringify({ ...figure, machine })}\n`)
}

const isBench = (module: object): module is BenchModule =>
  'run' in module && typeof module.run === 'function'

const main = async (name: string | undefined, options: readonly string[]): Promise<number> => {
  const names = readdirSync(import.meta.dir)
    .filter((file) => /^[a-z]+\.ts$/.test(file) && file !== 'main.ts')
    .map((file) => file.slice(0, -'.ts'.length))
  if (name === undefined || !names.includes(name)) {
    process.stderr.write(`Name a benchmark: ${names.join(', ')}.\n`)
    return 2
  }
  const module = (await import(`./${name}.ts`)) as object
  if (!isBench(module)) throw new Error(`${name}.ts does not export run`)
  await module.run(emit, options)
  return 0
}

if (import.meta.main) process.exitCode = await main(process.argv[2], process.argv.slice(3))
