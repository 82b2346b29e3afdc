/**
 * Whether the signature of a request (AWS Signature Version 4) is its secret's, reckoned from what came over the wire
 * as the protocol's description says, and without the client's own signer. s3rver takes every such signature for right.
 */
import { createHash, createHmac } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

export type S3Keys = Readonly<{ accessKeyId: string; secretAccessKey: string }>

const HEADER =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8}\/[^/]+\/s3\/aws4_request), ?SignedHeaders=([^,]+), ?Signature=(\w+)$/

/** The server's name for what is wrong; null: nothing is. */
export function signatureProblem(request: IncomingMessage, keys: S3Keys): string | null {
  const [, accessKeyId, scope = '', signed = '', signature] = HEADER.exec(request.headers.authorization ?? '') ?? []
  if (accessKeyId === undefined) return 'AccessDenied'
  if (accessKeyId !== keys.accessKeyId) return 'InvalidAccessKeyId'
  const toSign = ['AWS4-HMAC-SHA256', textOf(request, 'x-amz-date'), scope, sha256(canonical(request, signed))].join(
    '\n',
  )
  const key = scope
    .split('/')
    .reduce<string | Buffer>((secret, part) => hmac(secret, part), `AWS4${keys.secretAccessKey}`)
  return hmac(key, toSign).toString('hex') === signature ? null : 'SignatureDoesNotMatch'
}

function canonical(request: IncomingMessage, signed: string): string {
  const [path = '', query = ''] = (request.url ?? '').split('?')
  const parameters = query === '' ? [] : query.split('&').map((each) => (each.includes('=') ? each : `${each}=`))
  const headers = signed.split(';').map((name) => `${name}:${textOf(request, name).trim().replace(/ +/g, ' ')}\n`)
  const content = textOf(request, 'x-amz-content-sha256')
  return [request.method, path, parameters.toSorted().join('&'), headers.join(''), signed, content].join('\n')
}

const textOf = ({ headers }: IncomingMessage, name: string): string => String(headers[name] ?? '')
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()
