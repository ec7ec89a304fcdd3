/** Bytes that do not shrink. */
export const noise = (sizeBytes: number): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(sizeBytes)
  for (let at = 0; at < sizeBytes; at += 65_536) {
    crypto.getRandomValues(bytes.subarray(at, at + 65_536))
  }
  return bytes
}

/** Text such as devices send: it shrinks to less than half. */
export const readings = (sizeBytes: number): Uint8Array<ArrayBuffer> => {
  const text = Array.from(
    { length: sizeBytes / 20 },
    (_, index) => `sensor-${index % 97}: ${index};`,
  )
  return new TextEncoder().encode(text.join('').padEnd(sizeBytes)).subarray(0, sizeBytes)
}
