/** HMAC (RFC 2104) with the SHA2 of 256 bits over all of `parts`, 32 bytes. The same on every host. */
export const hmacSha256 = (key: string, parts: readonly Uint8Array[]): Uint8Array => {
  const hmac = new Bun.CryptoHasher('sha256', key)
  for (const part of parts) hmac.update(part)
  return new Uint8Array(hmac.digest())
}

/** Compares secrets; how long it takes tells nothing about where they differ. */
export const equalsInConstantTime = (left: Uint8Array, right: Uint8Array): boolean =>
  left.length === right.length && crypto.timingSafeEqual(left, right)

/** The SHA2 of 256 bits in hexadecimal, 64 digits. The same on every host. */
export const sha256Hex = (bytes: Uint8Array): string =>
  new Bun.CryptoHasher('sha256').update(bytes).digest('hex')
