/** A server of the test's own that stands between the engine and PostgreSQL; it ends with the test. */
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import type { TestContext } from 'node:test'

/** `serve` is given each client, and hands over whatever sockets it opens for him. Returns the port, on loopback. */
export async function serverBetween(
  t: TestContext,
  serve: (client: Socket, keep: (socket: Socket) => Socket) => void,
): Promise<number> {
  const sockets: Socket[] = []
  const keep = (socket: Socket): Socket => {
    sockets.push(socket.on('error', () => undefined))
    return socket
  }
  const server = createServer((client) => serve(keep(client), keep)).listen(0, '127.0.0.1')
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  await once(server, 'listening')
  const address = server.address()
  return address === null || typeof address === 'string' ? 0 : address.port
}
