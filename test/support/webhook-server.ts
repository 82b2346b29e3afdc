/** A real HTTP server of a test's own, as a webhook: what was posted to it, and answers that the test chooses. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import type { TestContext } from 'node:test'

export type WebhookServer = Readonly<{
  /** `http://localhost:PORT`; a host that a configuration has to allow. */
  url: string
  port: number
  bodies: readonly unknown[]
}>

export type Answer = (request: IncomingMessage, response: ServerResponse, nth: number) => void

const OK: Answer = (_request, response) => void response.end('ok')

export async function webhookServer(t: TestContext, answer: Answer = OK): Promise<WebhookServer> {
  const bodies: unknown[] = []
  const server = createServer((request, response) => {
    json(request).then(
      (body) => {
        bodies.push(body)
        answer(request, response, bodies.length)
      },
      () => response.destroy(),
    )
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  t.after(() => {
    server.closeAllConnections()
    return new Promise((closed) => server.close(closed))
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://localhost:${port}`, port, bodies }
}
