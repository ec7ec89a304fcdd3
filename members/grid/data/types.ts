/** Hazelcast's ids of the types that we read. */
export const TypeId = {
  null: 0,
  byte: -3,
  boolean: -4,
  char: -5,
  short: -6,
  int: -7,
  long: -8,
  float: -9,
  double: -10,
  string: -11,
  byteArray: -12,
  booleanArray: -13,
  charArray: -14,
  shortArray: -15,
  intArray: -16,
  longArray: -17,
  floatArray: -18,
  doubleArray: -19,
  stringArray: -20,
  uuid: -21,
  date: -25,
  bigInteger: -26,
  bigDecimal: -27,
  objectArray: -28,
  arrayList: -29,
  linkedList: -30,
  localDate: -51,
  localTime: -52,
  localDateTime: -53,
  offsetDateTime: -54,
  json: -130,
  /** Ours, among the ids that are free for users: the count of bytes, then MessagePack. */
  packed: 0x7469_6465,
} as const

/** Lists in lists beyond this are refused: nobody means them. */
export const DEPTH_MAX = 100
/** A Java decimal may have a scale whose digits no memory holds. */
export const SCALE_MAX = 10_000
/** The runtime's largest bigint. */
export const BIG_INTEGER_BYTES_MAX = 2 ** 17
