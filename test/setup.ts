/**
 * One PostgreSQL server for the whole suite; test files find its address in the environment. It writes as safely as
 * in production (fsync on), so that what the tests prove holds there; only sizes and limits are chosen for speed.
 *
 * MOTHBALL_TEST_PG_BIN: folder of other PostgreSQL programs. MOTHBALL_TEST_URL: a running server to use as it is,
 * by one suite at a time; databases of failed tests stay in it. MOTHBALL_TEST_ROLES=1, MOTHBALL_TEST_POOLER=1: as whom
 * and which way the engine connects (`support/engine-url.ts`).
 */
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../src/demo/embedded-postgres.ts'
import { serverAccount } from '../src/demo/server-account.ts'
import { findPgbouncer, type Pooler, startPooler } from './crash/pooler.ts'
import { POOLER_PORT_VARIABLE } from './support/engine-url.ts'
import { fastFolder } from './support/fast-folder.ts'
import { SERVER_URL_VARIABLE } from './support/server.ts'
import { dropTemplates } from './support/template.ts'

const SETTINGS = {
  fsync: 'on',
  full_page_writes: 'on',
  shared_buffers: '128MB',
  max_connections: '200',
  max_wal_size: '2GB',
  checkpoint_timeout: '30min',
  autovacuum_naptime: '5min',
  timezone: 'UTC',
}

/** Its databases come and go; the log of changes is most of it. */
const ENOUGH_BYTES = 4 * 2 ** 30

let server: EmbeddedPostgres | null = null
let pooler: Pooler | null = null

export async function globalSetup(): Promise<void> {
  if (process.env[SERVER_URL_VARIABLE]) return dropTemplates()
  const binDir = process.env['MOTHBALL_TEST_PG_BIN']
  const dataDir = fastFolder('mothball-suite-', ENOUGH_BYTES)
  server = await startEmbeddedPostgres({ settings: SETTINGS, dataDir, keep: false, ...(binDir ? { binDir } : {}) })
  process.env[SERVER_URL_VARIABLE] = server.url()
  if (process.env['MOTHBALL_TEST_POOLER'] === '1') await startBetween(server.url())
}

async function startBetween(url: string): Promise<void> {
  const program = findPgbouncer()
  if (program === null) return console.log('no pgbouncer is installed: the engine connects directly')
  pooler = await startPooler(program, { url, port: Number(new URL(url).port), account: serverAccount() })
  process.env[POOLER_PORT_VARIABLE] = String(pooler.port)
}

/** `--test-force-exit` does not wait for us: then the server's watchdog ends it a moment after the suite. */
export async function globalTeardown(): Promise<void> {
  await pooler?.stop()
  await server?.stop()
}
