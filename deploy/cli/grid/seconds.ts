import { EngineError } from '../../../runtime/errors/index.ts'

/** A number of seconds, with fractions. Throws CLI-001. */
export const secondsOf = (flag: string, word: string): number => {
  const seconds = Number(word)
  if (word.trim() !== '' && seconds >= 0) return seconds
  throw new EngineError('CLI-001', `${flag} is a number of seconds, not ${word}.`)
}
