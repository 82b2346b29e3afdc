// The server's WAL has a disk of its own, and it is full in the moment in which a batch commits: the server panics, goes
// down, and stays down until somebody makes room.
import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { after, type TestContext, test } from 'node:test'
import { MothballError } from '../../src/core/errors/index.ts'
import { serverAccount } from '../../src/demo/server-account.ts'
import type { SignalPoint } from '../../src/engine/ports.ts'
import { run } from '../../src/engine/run/run.ts'
import { type CallCenter, callCenter } from '../support/call-center.ts'
import { asAdmin, connect, SERVER_URL_VARIABLE } from '../support/server.ts'
import { canMount } from '../support/tmpfs.ts'
import { assertClean } from '../support/verified.ts'
import { type CrashServer, startCrashServer } from './crash-server.ts'
import { type MountedDisk, mountDisk } from './small-disk.ts'

/** A few segments of 16 MB, of which a server that has just been made uses one or two. */
const SIZE = '80m'

/** Nobody but the batch writes WAL meanwhile. */
const SETTINGS = { wal_level: 'minimal', max_wal_senders: '0', wal_writer_delay: '10s' }

type Place = Readonly<{ server: CrashServer; disk: MountedDisk }>

let place: Place | null = null

/** After the test's own database was dropped. */
after(async () => {
  await place?.server.stop()
  await place?.disk.unmount()
})

async function serverOnSmallWal(): Promise<Place> {
  const disk = mountDisk(serverAccount(), SIZE)
  const server = await startCrashServer({ wal: disk.folder, settings: SETTINGS })
  process.env[SERVER_URL_VARIABLE] = server.url
  return { server, disk }
}

/** What is written from now on needs a segment for which there is no room. */
async function fillWal({ disk }: Place): Promise<void> {
  await disk.fill()
  await asAdmin(async (query) => {
    const spare = async () => {
      const [row] = await query('select pg_walfile_name(pg_current_wal_insert_lsn()) as current')
      const segments = (await readdir(join(disk.folder, 'pg_wal'))).filter((name) => /^[0-9A-F]{24}$/.test(name))
      return segments.filter((name) => name > (row?.['current'] ?? '')).length
    }
    do {
      await query("select pg_logical_emit_message(false, 'test', '')")
      await query('select pg_switch_wal()')
    } while ((await spare()) > 0)
  })
}

/** Seven old customers, each with a call, and an engine that meets the full disk at its third batch's COMMIT. */
async function sevenOld(t: TestContext, place: Place): Promise<CallCenter> {
  let recorded = 0
  const reached = async (point: SignalPoint) => {
    if (point !== 'batch-recorded') return
    recorded += 1
    if (recorded === 3) await fillWal(place)
  }
  const center = await callCenter(t, { signals: { reached } })
  for (let made = 0; made < 7; made += 1)
    await center.related('call_log', await center.customer(90), { created_at: -50 })
  return center
}

/** Two batches have left whole, and nobody else; the first run of the journal ended as it should. */
async function assertTwoBatches({ db }: CallCenter, ended: string): Promise<void> {
  // Its own connection did not survive the server.
  const look = await connect(db.url)
  const [row] = await look.query(`select (select count(*) from nic_cc_customer) as stayed,
    (select count(*) from nic_cc_customer_backup) as left, (select count(*) from nic_cc_call_log_backup) as calls,
    (select concat_ws(' ', status, stop_reason, archived) from mothball.run order by id limit 1) as ended`)
  await look.end()
  assert.deepEqual(row, { stayed: '3', left: '4', calls: '4', ended })
}

const isMountable = canMount()
const title =
  'a WAL whose disk is full when a batch commits loses nothing, is told as a full disk, and counted truly by the next run'

test(isMountable ? title : `${title} (left out: this machine mounts no tmpfs for us)`, {
  skip: !isMountable,
}, async (t) => {
  const own = await serverOnSmallWal()
  place = own
  const center = await sevenOld(t, own)
  await assert.rejects(run(center.engine, center.policy, { confirm: 7, batchSize: 2 }), (error) => {
    assert.ok(error instanceof MothballError)
    assert.deepEqual([error.code, error.facts['sqlstate']], ['statement_failed', '53100'])
    assert.match(error.hint, /^A disk of the server is full: make room there/)
    return true
  })
  await own.disk.free()
  await own.server.returns()
  await run(center.engine, center.policy, { maxRows: 0 })
  await assertTwoBatches(center, 'failed interrupted 4')
  await assertClean(center)
})
