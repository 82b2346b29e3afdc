/**
 * Writes a transaction of an agent and says what became of it: acknowledged, failed, or unknown where the connection
 * was lost at its COMMIT. It connects again by itself, and only when nothing of the lost connection can still happen.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { type Connection, connect } from '../support/server.ts'
import { contentOf, keyOf } from './content.ts'
import type { Change, Outcome } from './model.ts'

/** Server's words for "I am going" or "not yet"; with no code at all the driver lost the socket. */
const LOST = /^(?:08|57P)/
const RECONNECT_PAUSE_MS = 100

/** A change and the statement that makes it; a deletion goes to the state null. */
export type Write = Change & Readonly<{ how: 'insert' | 'update' | 'delete' }>

export type Writer = Readonly<{ write(writes: readonly Write[]): Promise<Outcome>; end(): Promise<void> }>

type Backend = Connection & Readonly<{ pid: string }>

/** `base`: the moment from which the ages of the contents count. */
export function openWriter(url: string, base: number): Writer {
  let backend: Backend | null = null
  const write = async (writes: readonly Write[]): Promise<Outcome> => {
    backend ??= await open(url, null)
    const outcome = await attempt(backend, writes, base)
    if (outcome.kind === 'acknowledged' || !outcome.isLost) return outcome
    await backend.end().catch(() => undefined)
    backend = await open(url, backend.pid)
    return outcome
  }
  return { write, end: async () => backend?.end().catch(() => undefined) }
}

/** Waits for the server, and for the backend of a lost connection to be gone: what it still does is not yet known. */
async function open(url: string, lost: string | null): Promise<Backend> {
  for (;;) {
    const connection = await connect(url).catch(() => null)
    const pid = connection === null ? null : await pidOf(connection, lost).catch(() => null)
    if (connection !== null && pid !== null) return { ...connection, pid }
    await connection?.end().catch(() => undefined)
    await delay(RECONNECT_PAUSE_MS)
  }
}

async function pidOf({ query }: Connection, lost: string | null): Promise<string | null> {
  const [row] = await query(
    'select pg_backend_pid() as pid, (select count(*) from pg_stat_activity where pid = $1) as lost',
    [lost],
  )
  return row?.['lost'] === '0' ? (row['pid'] ?? null) : null
}

type Attempted =
  | Extract<Outcome, { kind: 'acknowledged' }>
  | (Exclude<Outcome, { kind: 'acknowledged' }> & { isLost: boolean })

/** One row is written by a statement on its own, several in a transaction. */
async function attempt({ query }: Connection, writes: readonly Write[], base: number): Promise<Attempted> {
  const touched = new Set<string>()
  const isSingle = writes.length === 1
  let isCommitting = isSingle
  try {
    if (!isSingle) await query('begin')
    for (const each of writes) {
      const rows = await query(...statementOf(each, base))
      if (rows.length > 0) touched.add(keyOf(each.place))
    }
    isCommitting = true
    if (!isSingle) await query('commit')
    return { kind: 'acknowledged', touched }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    const isLost = !/^[0-9A-Z]{5}$/.test(code) || LOST.test(code)
    if (!isLost && !isSingle) await query('rollback').catch(() => undefined)
    return { kind: isLost && isCommitting ? 'unknown' : 'failed', isLost }
  }
}

function statementOf({ place, how, to }: Write, base: number): [string, readonly (string | null)[]] {
  const key = String(place.id)
  if (to === null) return [`delete from ${place.table} where id = $1 returning id`, [key]]
  const content = contentOf(place, to, base)
  const names = Object.keys(content)
  const values = names.map((name) => content[name] ?? null)
  const numbers = names.map((_name, at) => `$${at + 1}`)
  const text =
    how === 'insert'
      ? `insert into ${place.table} (${names.join()}) values (${numbers.join()}) returning id`
      : `update ${place.table} set ${names.map((name, at) => `${name} = ${numbers[at]}`).join()} where id = $1 returning id`
  return [text, values]
}
