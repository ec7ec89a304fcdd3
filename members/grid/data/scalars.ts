import { addExtension } from 'msgpackr/pack'
import { EngineError } from '../../../runtime/errors/index.ts'

const UUID_TEXT = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** Java's UUID; a string of the same characters is another key. */
export class Uuid {
  /** 36 characters in lower case. */
  readonly text: string

  /** Throws GRD-005 for a text that is not a UUID. */
  constructor(text: string) {
    this.text = text.toLowerCase()
    if (!UUID_TEXT.test(this.text)) {
      throw new EngineError('GRD-005', `'${text.slice(0, 50)}' is not a UUID.`)
    }
  }

  toString(): string {
    return this.text
  }
}

/** Java's LocalDate. */
export class LocalDate {
  /** Since 1970-01-01. */
  readonly days: number

  constructor(days: number) {
    this.days = days
  }
}

/** Java's LocalTime. */
export class LocalTime {
  readonly nanosOfDay: number

  constructor(nanosOfDay: number) {
    this.nanosOfDay = nanosOfDay
  }
}

/** Hazelcast's JSON value: queries look into it. */
export class JsonText {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  toString(): string {
    return this.text
  }
}

/*
 * The same inside of objects, as application types of MessagePack; 1 and 2 are the decimal and the
 * timestamp of rows. Never reuse a number.
 */
addExtension({
  Class: Uuid,
  type: 16,
  write: ({ text }: Uuid) => text,
  read: (text: string) => new Uuid(text),
})
addExtension({
  Class: LocalDate,
  type: 17,
  write: ({ days }: LocalDate) => days,
  read: (days: number) => new LocalDate(days),
})
addExtension({
  Class: LocalTime,
  type: 18,
  write: ({ nanosOfDay }: LocalTime) => nanosOfDay,
  read: (nanosOfDay: number) => new LocalTime(nanosOfDay),
})
addExtension({
  Class: JsonText,
  type: 19,
  write: ({ text }: JsonText) => text,
  read: (text: string) => new JsonText(text),
})
