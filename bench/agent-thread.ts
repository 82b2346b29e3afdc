/**
 * The thread of `agent-load.ts`: each action begins at its moment, whether or not the ones before it are answered, and on
 * a connection that goes on after a refusal, as those of an application do. Says `working`, and after any word from
 * outside what came of it.
 */
import { once } from 'node:events'
import { parentPort, workerData } from 'node:worker_threads'
import pg from 'pg'
import type { AgentsOrder, AgentsWork } from './agent-load.ts'
import { arrivals } from './arrivals.ts'
import { quantile } from './interleave.ts'

/** On each of the two kinds of customers. */
const ACTIONS_PER_SECOND = 50
const CONNECTIONS = 40

type Action = Readonly<{ text: string; customer: string; mark: string; find: string }>

const CALL = `insert into public.nic_cc_call_log (customer_id, created_at, direction, outcome, duration_seconds, remark)
  values ($1, now() - interval '40 days', 'out', 'promise', 60, $2)`
const FIND_CALL = `select (select count(*) from public.nic_cc_call_log where remark = m.mark and customer_id = m.customer)
  + (select count(*) from public.nic_cc_call_log_backup where remark = m.mark and customer_id = m.customer)`
const CHANGE = 'update public.nic_cc_customer set mobile = $2 where id = $1'
const FIND_CHANGE = `select (select count(*) from public.nic_cc_customer where id = m.customer and mobile = m.mark)
  + (select count(*) from public.nic_cc_customer_backup where id = m.customer and mobile = m.mark)`

async function work({ url, seed }: AgentsOrder): Promise<void> {
  if (parentPort === null) throw new Error('agents work in a thread')
  const pool = new pg.Pool({ connectionString: url, max: CONNECTIONS, min: CONNECTIONS })
  // Where the move fails, the database goes before the agents do; what is told then is why it failed.
  pool.on('error', () => undefined)
  const planned = await plannedActions(pool, seed)
  await Promise.all(Array.from({ length: CONNECTIONS }, (_, index) => warmUp(pool, planned.others.at(-1 - index))))
  const stop = beginActions(pool, planned, seed)
  parentPort.postMessage('working')
  await once(parentPort, 'message')
  const { acknowledged, refused, times } = await stop()
  const lost = await lostOf(pool, acknowledged)
  await pool.end()
  const sorted = times.toSorted((a, b) => a - b)
  const told: AgentsWork = {
    acknowledged: acknowledged.length,
    refused,
    lost,
    p50: quantile(sorted, 0.5),
    p99: quantile(sorted, 0.99),
    longest: quantile(sorted, 1),
  }
  parentPort.postMessage(told)
  parentPort.close()
}

/** People do not work on connections of this moment: each has done both kinds of work once, and undone it. */
async function warmUp(pool: pg.Pool, action: Action | undefined): Promise<void> {
  if (action === undefined) return
  const client = await pool.connect()
  await client.query('begin')
  for (const text of [CALL, CHANGE]) await client.query(text, [action.customer, action.mark])
  await client.query('select pg_sleep(0.05)')
  await client.query('rollback')
  client.release()
}

type Done = Readonly<{ acknowledged: readonly Action[]; refused: number; times: readonly number[] }>

/** The returned function ends it when the last action is answered. */
function beginActions(pool: pg.Pool, planned: Planned, seed: string): () => Promise<Done> {
  const acknowledged: Action[] = []
  const times: number[] = []
  const open = new Set<Promise<void>>()
  let refused = 0
  const act = async (action: Action): Promise<void> => {
    const begunAt = performance.now()
    const rows = await touchedBy(pool, action)
    times.push(performance.now() - begunAt)
    if (rows === 1) acknowledged.push(action)
    else refused += 1
  }
  const begin = (action: Action): void => {
    const answered = act(action)
    open.add(answered)
    void answered.then(() => open.delete(answered))
  }
  const stops = Object.entries(planned).map(([kind, actions]) =>
    beginEach(actions, arrivals(ACTIONS_PER_SECOND, `${seed} ${kind}`), begin),
  )
  return async () => {
    for (const stop of stops) stop()
    await Promise.all(open)
    return { acknowledged, refused, times }
  }
}

/** Each action at its moment, whether or not the ones before it are answered. The returned function ends it. */
function beginEach(
  actions: readonly Action[],
  moments: Iterator<number, never>,
  begin: (action: Action) => void,
): () => void {
  const startedAt = performance.now()
  let next = 0
  let timer: NodeJS.Timeout
  const wait = (moment: number): void => {
    timer = setTimeout(come, Math.max(1, startedAt + moment - performance.now()))
  }
  const come = (): void => {
    const action = actions[next]
    if (action === undefined) return
    next += 1
    begin(action)
    wait(moments.next().value)
  }
  wait(moments.next().value)
  return () => clearTimeout(timer)
}

/**
 * Refused by a foreign key, or nobody there any more: nobody was told that it is done. Not by `pool.query`, which closes
 * the connection of a statement that was refused: a new one costs the server ten times what the statement does, and as
 * many are refused as families have moved.
 */
async function touchedBy(pool: pg.Pool, { text, customer, mark }: Action): Promise<number> {
  const client = await pool.connect()
  const rows = await client.query(text, [customer, mark]).then(
    ({ rowCount }) => rowCount ?? 0,
    () => 0,
  )
  client.release()
  return rows
}

type Planned = Readonly<{ due: readonly Action[]; others: readonly Action[] }>

/** Each customer once, in an order that has nothing to do with his key: what he was told last is what must be there. */
async function plannedActions(pool: pg.Pool, seed: string): Promise<Planned> {
  const { rows } = await pool.query<{ id: string; due: boolean }>(
    `select id::text, created_at < now() - interval '60 days' as due from public.nic_cc_customer order by md5(id::text || $1)`,
    [seed],
  )
  const planned = (due: boolean) => rows.filter((row) => row.due === due).map(({ id }, index) => actionOf(id, index))
  return { due: planned(true), others: planned(false) }
}

const actionOf = (customer: string, index: number): Action =>
  index % 2 === 0
    ? { customer, mark: `agent ${customer}`, text: CALL, find: FIND_CALL }
    : { customer, mark: `+27 82 ${customer}`, text: CHANGE, find: FIND_CHANGE }

async function lostOf(pool: pg.Pool, acknowledged: readonly Action[]): Promise<number> {
  let lost = 0
  for (const find of [FIND_CALL, FIND_CHANGE]) {
    const mine = acknowledged.filter((action) => action.find === find)
    const { rows } = await pool.query<{ lost: string }>(
      `select count(*) as lost from unnest($1::bigint[], $2::text[]) m (customer, mark) where (${find}) <> 1`,
      [mine.map(({ customer }) => customer), mine.map(({ mark }) => mark)],
    )
    lost += Number(rows[0]?.lost)
  }
  return lost
}

await work(workerData)
