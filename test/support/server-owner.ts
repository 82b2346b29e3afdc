// A program that starts an embedded server, tells its address in one line, and then does what its argument says:
// `wait` for ever, or `forget` to stop the server and end. The tests kill it in every way.
import { startEmbeddedPostgres } from '../../src/demo/embedded-postgres.ts'

const server = await startEmbeddedPostgres()
process.stdout.write(`${JSON.stringify({ url: server.url(), dataDir: server.dataDir })}\n`)
if (process.argv[2] === 'wait') setInterval(() => undefined, 60_000)
