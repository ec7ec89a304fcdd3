import { EngineError, type ErrorCode, messageOf } from '../../errors/index.ts'

const DISK_CODES: Readonly<Record<string, ErrorCode>> = {
  ENOENT: 'HST-001',
  EACCES: 'HST-002',
  EPERM: 'HST-002',
  EROFS: 'HST-002',
  ENOSPC: 'HST-003',
  EDQUOT: 'HST-003',
}

const DISK_SENTENCES: Partial<Record<ErrorCode, (path: string) => string>> = {
  'HST-001': (path) => `"${path}" does not exist`,
  'HST-002': (path) => `Access to "${path}" was refused`,
  'HST-003': (path) => `The disk is full; writing "${path}" failed`,
}

const errnoOf = (thrown: unknown): string =>
  thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''

/** What a failed call on `path` means to a user. */
export const diskError = (path: string, thrown: unknown): EngineError => {
  const code = DISK_CODES[errnoOf(thrown)] ?? 'HST-004'
  const sentence = DISK_SENTENCES[code]
  const text =
    sentence === undefined ? `Using "${path}" failed: ${messageOf(thrown)}` : sentence(path)
  return new EngineError(code, text, { cause: thrown })
}

/** True where the disk says that nothing is at the path. */
export const isAbsent = (thrown: unknown): boolean => {
  const errno = errnoOf(thrown)
  return errno === 'ENOENT' || errno === 'ENOTDIR'
}

/** Runs `action` on `path` and turns its failure into an EngineError. */
export const onDisk = async <T>(path: string, action: () => Promise<T>): Promise<T> => {
  try {
    return await action()
  } catch (thrown) {
    throw diskError(path, thrown)
  }
}
