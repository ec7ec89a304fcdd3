/** The code of each letter from A to Z: `0` for vowels, which part equal codes; H and W do not. */
const CODES = '0123012-02245501262301-202'

/** The first letter of a text and the codes of the consonants after it, four characters in all. */
export const soundex = (text: string): string => {
  let code = ''
  let last = ''
  for (const letter of text.toUpperCase()) {
    if (letter < 'A' || letter > 'Z') continue
    const own = CODES[letter.charCodeAt(0) - 65]!
    if (code === '') code = letter
    else if (own !== '-' && own !== '0' && own !== last) code += own
    if (own !== '-') last = own
    if (code.length === 4) break
  }
  return code.padEnd(4, '0')
}
