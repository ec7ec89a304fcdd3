import { EngineError, type ErrorCode } from '../../runtime/errors/index.ts'
import { type Address, equalsInConstantTime, hmacSha256 } from '../../runtime/host/index.ts'
import { createByteReader, createByteWriter, WireFault } from './bytes.ts'
import { encodeFrame, type Frame, FRAME_KINDS } from './frames.ts'

/** Who a member is. */
export interface MemberIdentity {
  /** Drawn at every start: a member that restarts is another one. */
  readonly id: string
  /** Where other members reach it; a client, which nobody reaches, has its id and port 0. */
  readonly address: Address
}

/** A client is a peer that does not listen: it speaks with members and is none. */
export const isClient = ({ address }: MemberIdentity): boolean => address.port === 0

/** What both sides of a connection must agree on. */
export interface WireSettings {
  readonly clusterName: string
  /** 0 takes that of the other side, as clients do. */
  readonly partitionCount: number
  /** Proven by both sides, never sent; empty when the cluster has none. */
  readonly secret: string
  /** The protocol versions that we speak, oldest and newest; both sides use the newest shared. */
  readonly versions: { readonly oldest: number; readonly newest: number }
}

export interface Agreement {
  readonly peer: MemberIdentity
  readonly version: number
}

/** What to do after a frame: bytes to send, and how the handshake ended if it did. */
export interface HandshakeStep {
  readonly send: readonly Uint8Array[]
  readonly agreed?: Agreement
  /** Send what is to be sent, then close. */
  readonly refused?: EngineError
}

export interface Handshake {
  /** What opens the conversation: the hello of the side that dialed. */
  start(): HandshakeStep
  /** Throws WireFault when the frame has no place here. */
  receive(frame: Frame): HandshakeStep
}

export type Role = 'dialer' | 'acceptor'

/** "TIDE": tells a member from anything else that speaks on this port. */
const MAGIC = 0x54494445
export const NONCE_BYTES = 32
/** What a stranger may send at most before it has proven to be a member. */
export const HANDSHAKE_FRAME_BYTES_MAX = 4096

interface Hello extends Omit<WireSettings, 'secret'> {
  readonly identity: MemberIdentity
  readonly nonce: Uint8Array
  /** As sent: what the proofs cover. */
  readonly bytes: Uint8Array
}

const encodeHello = (
  settings: WireSettings,
  identity: MemberIdentity,
  nonce: Uint8Array,
): Uint8Array =>
  createByteWriter(256)
    .u32(MAGIC)
    .u16(settings.versions.oldest)
    .u16(settings.versions.newest)
    .text(settings.clusterName)
    .u32(settings.partitionCount)
    .text(identity.id)
    .text(identity.address.host)
    .u16(identity.address.port)
    .raw(nonce)
    .take()

/** Later versions may append fields; older members skip them. */
const decodeHello = (bytes: Uint8Array): Hello => {
  const reader = createByteReader(bytes)
  if (reader.u32() !== MAGIC) throw new WireFault('This is not the member protocol')
  const versions = { oldest: reader.u16(), newest: reader.u16() }
  const clusterName = reader.text()
  const partitionCount = reader.u32()
  const id = reader.text()
  const address = { host: reader.text(), port: reader.u16() }
  const nonce = reader.raw(NONCE_BYTES)
  if (address.port === 0 && address.host !== id) {
    throw new WireFault('A client must have its id for an address')
  }
  return { versions, clusterName, partitionCount, identity: { id, address }, nonce, bytes }
}

/** By their number on the wire; a number from a later version counts as the first. */
const REJECT_CODES = ['NET-001', 'NET-002', 'NET-007'] as const satisfies readonly ErrorCode[]
type RejectCode = (typeof REJECT_CODES)[number]

const encodeReject = (error: EngineError): Uint8Array => {
  const number = REJECT_CODES.findIndex((code) => code === error.code) + 1
  const body = createByteWriter().u8(number).text(error.message).take()
  return encodeFrame(FRAME_KINDS.reject, 0, body)
}

export const decodeReject = (body: Uint8Array): EngineError => {
  const reader = createByteReader(body)
  const code = REJECT_CODES[reader.u8() - 1] ?? REJECT_CODES[0]
  return new EngineError(code, `The other member refused us: ${reader.text()}`)
}

const printed = ({ id, address }: MemberIdentity): string =>
  `${address.host}:${address.port} (${id})`

/** Why two members cannot be in one cluster; undefined when they can. */
const disagreement = (own: Hello, peer: Hello): HandshakeStep | undefined => {
  const who = printed(peer.identity)
  if (own.clusterName !== peer.clusterName) {
    const names = `"${peer.clusterName}", this member in "${own.clusterName}"`
    return refuse('NET-001', `${who} is in cluster ${names}`)
  }
  const isGiven = own.partitionCount !== 0 && peer.partitionCount !== 0
  if (isGiven && own.partitionCount !== peer.partitionCount) {
    const counts = `${peer.partitionCount} partitions, this member ${own.partitionCount}`
    return refuse('NET-007', `${who} has ${counts}`)
  }
  if (sharedVersion(own, peer) === undefined) {
    const spoken = (hello: Hello): string => `${hello.versions.oldest} to ${hello.versions.newest}`
    return refuse('NET-007', `${who} speaks protocol ${spoken(peer)}, this member ${spoken(own)}`)
  }
  if (own.identity.id === peer.identity.id) {
    return refuse('NET-001', `${who} is this member itself`)
  }
  return undefined
}

const sharedVersion = (own: Hello, peer: Hello): number | undefined => {
  const newest = Math.min(own.versions.newest, peer.versions.newest)
  const oldest = Math.max(own.versions.oldest, peer.versions.oldest)
  return newest < oldest ? undefined : newest
}

/**
 * The proof that `role` knows the secret. It covers both hellos, so nobody between the two can
 * change what they agreed on, and the role, so a proof cannot be sent back to its maker.
 */
const proofOf = (secret: string, role: Role, dialer: Hello, acceptor: Hello): Uint8Array => {
  const label = new TextEncoder().encode(`tidegate ${role}`)
  return hmacSha256(secret, [label, dialer.bytes, acceptor.bytes])
}

const refuse = (code: RejectCode, text: string): HandshakeStep => {
  const refused = new EngineError(code, text)
  return { send: [encodeReject(refused)], refused }
}

/**
 * Challenge and response. The dialer says hello; the acceptor answers with its own; the dialer
 * proves that it knows the secret, and only then the acceptor does: a stranger learns nothing that
 * it could use to guess the secret. `nonce` must be new for each handshake.
 */
export const createHandshake = (
  role: Role,
  settings: WireSettings,
  identity: MemberIdentity,
  nonce: Uint8Array,
): Handshake => {
  const own = decodeHello(encodeHello(settings, identity, nonce))
  const ownHello = encodeFrame(FRAME_KINDS.hello, 0, own.bytes)
  const other: Role = role === 'dialer' ? 'acceptor' : 'dialer'
  let peer: Hello | undefined

  const prove = (hello: Hello): Uint8Array => {
    const [dialer, acceptor] = role === 'dialer' ? [own, hello] : [hello, own]
    return encodeFrame(FRAME_KINDS.proof, 0, proofOf(settings.secret, role, dialer, acceptor))
  }
  const receiveHello = (frame: Frame): HandshakeStep => {
    peer = decodeHello(frame.body)
    const refusal = disagreement(own, peer)
    if (refusal !== undefined) return refusal
    return { send: [role === 'dialer' ? prove(peer) : ownHello] }
  }
  const receiveProof = (hello: Hello, frame: Frame): HandshakeStep => {
    const [dialer, acceptor] = role === 'dialer' ? [own, hello] : [hello, own]
    const expected = proofOf(settings.secret, other, dialer, acceptor)
    if (!equalsInConstantTime(expected, frame.body)) {
      return refuse('NET-002', `${printed(hello.identity)} does not know the secret`)
    }
    const agreed = { peer: hello.identity, version: sharedVersion(own, hello)! }
    return { send: role === 'acceptor' ? [prove(hello)] : [], agreed }
  }
  return {
    start: () => ({ send: role === 'dialer' ? [ownHello] : [] }),
    receive: (frame) => {
      if (frame.kind === FRAME_KINDS.hello && peer === undefined) return receiveHello(frame)
      if (frame.kind === FRAME_KINDS.proof && peer !== undefined) return receiveProof(peer, frame)
      const mayReject = role === 'dialer' || peer !== undefined
      if (frame.kind === FRAME_KINDS.reject && mayReject) {
        return { send: [], refused: decodeReject(frame.body) }
      }
      throw new WireFault(`A frame of kind ${frame.kind} has no place in a handshake`)
    },
  }
}
