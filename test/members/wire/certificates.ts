import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Tls } from '../../../runtime/host/index.ts'

/** Certificates of two authorities, made with openssl. */
const SCRIPT = `
set -e
authority() { openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
  -keyout $1.key -out $1.pem -days 2 -subj "/CN=$1"; }
leaf() { openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
  -keyout $2.key -out $2.csr -subj "/CN=$2"
  printf "subjectAltName=IP:127.0.0.1" > $2.ext
  openssl x509 -req -in $2.csr -CA $1.pem -CAkey $1.key -CAcreateserial -out $2.pem -days 2 \
    -extfile $2.ext; }
authority ours; authority theirs; leaf ours member; leaf theirs stranger
`

export const hasOpenssl = Bun.which('openssl') !== null

/** Of a member, of somebody that another authority knows, and of somebody without any. */
export const makeCertificates = async (): Promise<{ member: Tls; stranger: Tls; naive: Tls }> => {
  const folder = await mkdtemp(join(tmpdir(), 'tidegate-tls-'))
  try {
    const made = Bun.spawnSync(['sh', '-c', SCRIPT], { cwd: folder, stderr: 'pipe' })
    if (made.exitCode !== 0) throw new Error(made.stderr.toString())
    const read = (name: string) => readFile(join(folder, name), 'utf8')
    const authorities = await read('ours.pem')
    const certified = async (name: string): Promise<Tls> => ({
      certificate: await read(`${name}.pem`),
      key: await read(`${name}.key`),
      authorities,
      asksCertificate: true,
    })
    const member = await certified('member')
    return { member, stranger: await certified('stranger'), naive: { authorities } }
  } finally {
    await rm(folder, { recursive: true })
  }
}
