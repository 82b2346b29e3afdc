/**
 * A proxy before an S3 server that does, as often as it is asked, what networks and busy servers do: it cuts an upload
 * or a download in the middle, loses an answer, answers SlowDown itself, or says nothing at all.
 *
 * With `keys` it makes an honest server of s3rver, which verifies no signature and takes the half of an upload that it
 * got for a file: a wrong one is refused here, and an upload held back until all of it has come. The suite of faults
 * holds of a real server too, and without them.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { TestContext } from 'node:test'
import { type S3Keys, signatureProblem } from './s3-signature.ts'

export type S3Fault = 'cut upload' | 'cut download' | 'lose the answer' | 'slow down' | 'say nothing'

export type S3Gate = Readonly<{
  endpoint: string
  /** The next so many uploads (or downloads) meet it. */
  arm(fault: S3Fault, times?: number): void
  /** Requests so far that met a fault. */
  met(): number
}>

type Armed = { fault: S3Fault | null; left: number; met: number }

export async function s3Gate(t: TestContext, target: string, keys: S3Keys | null = null): Promise<S3Gate> {
  const armed: Armed = { fault: null, left: 0, met: 0 }
  const server = createServer((incoming, answer) => {
    const problem = keys && signatureProblem(incoming, keys)
    const passing = {
      target: new URL(target),
      incoming,
      answer,
      fault: faultFor(armed, incoming),
      whole: keys !== null,
    }
    const passed = problem === null ? pass(passing) : refuse(passing, 403, problem)
    passed.catch(() => answer.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the gate has a port')
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    arm: (fault, times = 1) => {
      armed.fault = fault
      armed.left = times
    },
    met: () => armed.met,
  }
}

/** A look at a first byte is no download. */
function faultFor(armed: Armed, { method, headers, url = '' }: IncomingMessage): S3Fault | null {
  const isDownload = method === 'GET' && headers.range === undefined && url.includes('x-id=GetObject')
  if (armed.left === 0 || !(armed.fault === 'cut download' ? isDownload : method === 'PUT')) return null
  armed.left -= 1
  armed.met += 1
  return armed.fault
}

type Passing = Readonly<{
  target: URL
  incoming: IncomingMessage
  answer: ServerResponse
  fault: S3Fault | null
  whole: boolean
}>

async function pass(passing: Passing): Promise<void> {
  const { incoming, fault, whole } = passing
  if (fault === 'say nothing') return void incoming.resume()
  if (fault === 'slow down') return refuse(passing, 503, 'SlowDown')
  const upstream = onward(passing)
  if (fault === 'cut upload') {
    await firstHalf(incoming, (chunk) => whole || upstream.write(chunk))
    upstream.destroy()
    incoming.socket.resetAndDestroy()
  } else if (whole) upstream.end(Buffer.concat(await Array.fromAsync(incoming)))
  else incoming.pipe(upstream)
}

function onward({ target, incoming, answer, fault }: Passing) {
  const { method, url: path, headers } = incoming
  // The headers go on as they came, the host's name among them: the client has signed them.
  const upstream = request({ host: target.hostname, port: target.port, method, path, headers })
  const cut = () => answer.socket?.resetAndDestroy()
  upstream.on('error', () => answer.destroy())
  upstream.on('response', (back) => {
    if (fault === 'lose the answer') return void back.resume().on('end', cut)
    answer.writeHead(back.statusCode ?? 502, back.headers)
    if (fault === 'cut download') void firstHalf(back, (chunk) => answer.write(chunk)).then(cut)
    else back.pipe(answer)
  })
  return upstream
}

async function firstHalf(source: IncomingMessage, give: (chunk: Buffer) => unknown): Promise<void> {
  let left = Math.floor(Number(source.headers['content-length']) / 2)
  source.on('error', () => undefined)
  source.on('data', (chunk: Buffer) => {
    if (left > 0) give(chunk.subarray(0, left))
    left -= chunk.length
    if (left <= 0) source.emit('half')
  })
  await once(source, 'half')
}

/** As a real one does, once it has the whole request. */
async function refuse({ incoming, answer }: Passing, status: number, code: string): Promise<void> {
  await once(incoming.resume(), 'end')
  answer.writeHead(status, { 'content-type': 'application/xml' })
  answer.end(`<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code></Error>`)
}
