import { Packr } from 'msgpackr/pack'

const packr = new Packr({ useRecords: false, structuredClone: true })

/** What members tell each other of tasks, as bytes; states may hold whatever a thread could be posted. */
export const pack = (message: unknown): Uint8Array => packr.pack(message)

/** Trusts its reader to know what was packed: members of a cluster run the same protocol version. */
export const unpack = (bytes: Uint8Array): unknown => packr.unpack(bytes)
