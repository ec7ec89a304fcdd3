import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { createLzopWriter, openLzop, type ByteSource } from '../../../../jobs/formats/index.ts'
import type { EngineError } from '../../../../runtime/errors/index.ts'

const sourceOf = (bytes: Uint8Array, chunkBytes: number): ByteSource => {
  let at = 0
  return {
    next: async () => {
      if (at >= bytes.length) return null
      const chunk = bytes.slice(at, at + chunkBytes)
      at += chunkBytes
      return chunk
    },
    close: async () => undefined,
  }
}

const decompress = async (bytes: Uint8Array, chunkBytes = 1000): Promise<Uint8Array> => {
  const source = openLzop(sourceOf(bytes, chunkBytes))
  const parts: Uint8Array[] = []
  for (;;) {
    const part = await source.next()
    if (part === null) return Buffer.concat(parts)
    parts.push(part)
  }
}

const compress = async (...parts: readonly Uint8Array[]): Promise<Uint8Array> => {
  const writer = createLzopWriter()
  const made: Uint8Array[] = []
  for (const part of parts) made.push((await writer.write(part)).slice())
  made.push(await writer.finish())
  return Buffer.concat(made)
}

const codeOf = async (decompressed: Promise<Uint8Array>): Promise<string> => {
  try {
    await decompressed
    return 'none'
  } catch (error) {
    return (error as EngineError).code
  }
}

const repeat = (text: string, count: number): Uint8Array => Buffer.from(text.repeat(count))

const noise = (byteCount: number): Uint8Array => {
  let state = 12345
  return Uint8Array.from({ length: byteCount }, () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    return state >>> 24
  })
}

/** Distances of every kind of instruction, and lengths that need further bytes. */
const farAway = Buffer.concat([
  repeat('abcdefgh', 1),
  noise(3000),
  repeat('abcdefgh', 1),
  noise(20_000),
  repeat('abcdefgh', 1),
  noise(60_000),
  repeat('abcdefgh', 1),
  repeat('x', 5000),
])

const SAMPLES: { readonly [name: string]: Uint8Array } = {
  nothing: new Uint8Array(0),
  'one byte': Uint8Array.of(7),
  'three bytes': Buffer.from('abc'),
  'a short repetition': repeat('ab', 9),
  'one letter, many blocks': repeat('a', 700_000),
  'rows of text': repeat('1,name of one,2026-11-22\n2,name of two,2026-11-23\n', 20_000),
  'what cannot be compressed': noise(300_000),
  'matches near and far': farAway,
}

/** Random bytes with repetitions in them. */
const anyData = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc
        .tuple(fc.uint8Array({ minLength: 1, maxLength: 20 }), fc.integer({ min: 1, max: 200 }))
        .map(([bytes, count]) => Buffer.concat(Array.from({ length: count }, () => bytes))),
    ),
    { maxLength: 8 },
  )
  .map((parts) => new Uint8Array(Buffer.concat(parts)))

describe('lzop files', () => {
  for (const [name, data] of Object.entries(SAMPLES)) {
    test(`hold ${name}`, async () => {
      expect(Buffer.compare(await decompress(await compress(data)), data)).toBe(0)
    })
  }

  test('hold any bytes', () =>
    fc.assert(
      fc.asyncProperty(anyData, fc.integer({ min: 1, max: 5000 }), async (data, chunkBytes) => {
        const back = await decompress(await compress(data), chunkBytes)
        expect(Buffer.compare(back, data)).toBe(0)
      }),
    ))

  test('are small', async () => {
    const text = SAMPLES['rows of text']!
    expect((await compress(text)).length).toBeLessThan(text.length / 20)
    const random = SAMPLES['what cannot be compressed']!
    expect((await compress(random)).length).toBeLessThan(random.length + 100)
  })

  test('may follow one another in one file', async () => {
    const both = Buffer.concat([await compress(repeat('a', 50)), await compress(repeat('b', 50))])
    expect(Buffer.from(await decompress(both)).toString()).toBe('a'.repeat(50) + 'b'.repeat(50))
  })

  test('that end anywhere are refused', async () => {
    const whole = await compress(repeat('some text that repeats; ', 40))
    for (let length = 1; length < whole.length; length += 1) {
      expect(await codeOf(decompress(whole.subarray(0, length)))).toBe('FIL-004')
    }
  })

  test('that are damaged anywhere are refused, or mean the same', async () => {
    const data = Buffer.concat([farAway.subarray(0, 30_000), repeat('abc', 500)])
    const whole = await compress(data)
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: whole.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        async (at, change) => {
          const bytes = Uint8Array.from(whole)
          bytes[at] = bytes[at]! ^ change
          const result = await decompress(bytes).catch((error: unknown) => error)
          if (result instanceof Uint8Array) expect(Buffer.compare(result, data)).toBe(0)
          else expect((result as EngineError).code).toMatch(/^FIL-00[14]$/)
        },
      ),
      { numRuns: 500 },
    )
  })

  test('of random bytes are refused as no lzop files', async () => {
    expect(await codeOf(decompress(noise(500)))).toBe('FIL-001')
  })
})

const lzop = Bun.which('lzop')
if (lzop === null) console.log('skipped: the lzop tool: Debian package lzop is not installed')

describe.skipIf(lzop === null)('the lzop tool', () => {
  const pipe = async (input: Uint8Array, ...options: readonly string[]): Promise<Uint8Array> => {
    const child = Bun.spawn(['lzop', ...options], { stdin: input, stdout: 'pipe', stderr: 'pipe' })
    const out = await new Response(child.stdout).bytes()
    if ((await child.exited) !== 0) throw new Error(await new Response(child.stderr).text())
    return out
  }

  for (const [name, data] of Object.entries(SAMPLES)) {
    test(`reads what is written: ${name}`, async () => {
      expect(Buffer.compare(await pipe(await compress(data), '-d'), data)).toBe(0)
    })
    for (const level of ['-1', '-3', '-9', '-3 --crc32', '-3 -F']) {
      test(`writes what is read with ${level}: ${name}`, async () => {
        const file = await pipe(data, ...level.split(' '))
        expect(Buffer.compare(await decompress(file), data)).toBe(0)
      })
    }
  }
})

describe('LZO1X streams', () => {
  /** A file of one block that holds `stored` and means `dataBytes` bytes, without checksums. */
  const fileOf = async (stored: Uint8Array, dataBytes: number): Promise<Uint8Array> => {
    const header = (await compress()).slice(0, -4)
    const view = new DataView(header.buffer)
    view.setUint32(17, 0)
    let low = 1
    let high = 0
    for (const byte of header.subarray(9, -4)) {
      low = (low + byte) % 65521
      high = (high + low) % 65521
    }
    view.setUint32(header.length - 4, high * 65536 + low)
    const lengths = new DataView(new ArrayBuffer(8))
    lengths.setUint32(0, dataBytes)
    lengths.setUint32(4, stored.length)
    return Buffer.concat([header, new Uint8Array(lengths.buffer), stored, new Uint8Array(4)])
  }

  test('of any bytes end, with data of the right length or with FIL-004', () =>
    fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 60 }),
        fc.integer({ min: 61, max: 5000 }),
        async (stored, dataBytes) => {
          const result = await decompress(await fileOf(stored, dataBytes)).catch(
            (error: unknown) => error,
          )
          if (result instanceof Uint8Array) expect(result.length).toBe(dataBytes)
          else expect((result as EngineError).code).toBe('FIL-004')
        },
      ),
      { numRuns: 5000 },
    ))

  test('that claim enormous lengths are refused', async () => {
    const zeros = Buffer.concat([new Uint8Array(1_000_000), Uint8Array.of(1)])
    expect(await codeOf(decompress(await fileOf(zeros, 60_000_000)))).toBe('FIL-004')
  })
})
