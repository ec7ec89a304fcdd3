/** What every lzop file begins with. */
export const MAGIC = Uint8Array.of(0x89, 0x4c, 0x5a, 0x4f, 0x00, 0x0d, 0x0a, 0x1a, 0x0a)

/** The versions of lzop and of its library that wrote the file, and the oldest that can read it. */
export const VERSION = 0x1030
export const LIBRARY_VERSION = 0x2080
export const VERSION_NEEDED = 0x0940
/** Headers of older files have no level, no version needed and a shorter time. */
export const VERSION_WITH_LEVEL = 0x0940

export const METHOD_LZO1X_1 = 1
/** Methods up to this one compress differently but decompress alike. */
export const METHOD_LZO1X_999 = 3
export const LEVEL = 5

/** Bits of the flags in the header. */
export const Flag = {
  adler32OfData: 0x1,
  adler32OfCompressed: 0x2,
  extraField: 0x40,
  crc32OfData: 0x100,
  crc32OfCompressed: 0x200,
  filter: 0x800,
  crc32OfHeader: 0x1000,
} as const

/** The largest block that lzop itself takes; it writes blocks of 256 KiB. */
export const BLOCK_BYTES_MAX = 64 * 1024 * 1024
export const BLOCK_BYTES = 256 * 1024
