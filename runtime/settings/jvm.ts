import type { Disk } from '../host/index.ts'
import type { Role } from './files.ts'

const FILES: { readonly [Key in Role]: string } = {
  master: 'jvm_master_options',
  worker: 'jvm_worker_options',
  master_and_worker: 'jvm_options',
}

/** What stands in for a flag of the JVM. */
const EQUIVALENTS: readonly (readonly [RegExp, string])[] = [
  [/^-Xm[xs]|^-XX:MaxMetaspaceSize/, 'tidegate.memory-limit-megabytes limits memory'],
  [/^-XX:[+-]HeapDump|^-XX:HeapDumpPath/, 'a heap snapshot is written when that limit is reached'],
]

/** One sentence on the flags of a JVM that lie beside the configuration, with what is here instead. */
export const jvmNotice = async (
  disk: Pick<Disk, 'stat' | 'readFile'>,
  role: Role,
  folders: readonly string[],
): Promise<string | undefined> => {
  for (const folder of folders) {
    const path = folder === '' ? FILES[role] : `${folder}/${FILES[role]}`
    if ((await disk.stat(path)) === undefined) continue
    const lines = new TextDecoder().decode(await disk.readFile(path)).split('\n')
    const flags = lines.map((line) => line.trim()).filter((line) => line.startsWith('-'))
    if (flags.length === 0) return undefined
    const instead = EQUIVALENTS.filter(([flag]) => flags.some((each) => flag.test(each)))
    const ending = instead.map(([, text]) => text).join(', and ')
    const first = `${path} has flags of a JVM, which does not run here`
    return ending === '' ? `${first}.` : `${first}: ${ending}.`
  }
  return undefined
}
