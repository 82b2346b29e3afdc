/**
 * Agents at work: so many actions a second on due customers and as many on others, each begun at its time whether or not
 * the ones before it are answered. What was acknowledged is looked for afterwards, by value, in both tiers.
 */
import pg from 'pg'
import { quantile } from './interleave.ts'

/** On each of the two kinds of customers. */
const ACTIONS_PER_SECOND = 50
const CONNECTIONS = 40

/** `lost`: acknowledged, and not there afterwards exactly once with the value that was written. */
export type AgentsWork = Readonly<{ acknowledged: number; refused: number; lost: number; p50: number; p99: number }>

export type Agents = Readonly<{
  /** No more actions; resolves when the last one is answered and every acknowledged one was looked for. */
  done(): Promise<AgentsWork>
}>

type Action = Readonly<{ text: string; customer: string; mark: string; find: string }>

const CALL = `insert into public.nic_cc_call_log (customer_id, created_at, direction, outcome, duration_seconds, remark)
  values ($1, now() - interval '40 days', 'out', 'promise', 60, $2)`
const FIND_CALL = `select (select count(*) from public.nic_cc_call_log where remark = m.mark and customer_id = m.customer)
  + (select count(*) from public.nic_cc_call_log_backup where remark = m.mark and customer_id = m.customer)`
const CHANGE = 'update public.nic_cc_customer set mobile = $2 where id = $1'
const FIND_CHANGE = `select (select count(*) from public.nic_cc_customer where id = m.customer and mobile = m.mark)
  + (select count(*) from public.nic_cc_customer_backup where id = m.customer and mobile = m.mark)`

export async function startAgents(url: string, seed: string): Promise<Agents> {
  const pool = new pg.Pool({ connectionString: url, max: CONNECTIONS, min: CONNECTIONS })
  // Where the move fails, the database goes before the agents do; what is told then is why it failed.
  pool.on('error', () => undefined)
  const actions = await plannedActions(pool, seed)
  await Promise.all(Array.from({ length: CONNECTIONS }, () => pool.query('select pg_sleep(0.05)')))
  const acknowledged: Action[] = []
  const times: number[] = []
  const open = new Set<Promise<void>>()
  let refused = 0
  const act = async (action: Action): Promise<void> => {
    const begunAt = performance.now()
    // Refused by a foreign key, or nobody there any more: nobody was told that it is done.
    const rows = await pool.query(action.text, [action.customer, action.mark]).then(
      ({ rowCount }) => rowCount ?? 0,
      () => 0,
    )
    times.push(performance.now() - begunAt)
    if (rows === 1) acknowledged.push(action)
    else refused += 1
  }
  const startedAt = performance.now()
  let begun = 0
  const timer = setInterval(() => {
    const due = ((performance.now() - startedAt) / 1000) * ACTIONS_PER_SECOND
    for (; begun < due; begun += 1)
      for (const list of [actions.due, actions.others]) {
        const action = list[begun]
        if (action === undefined) continue
        const answered = act(action)
        open.add(answered)
        void answered.then(() => open.delete(answered))
      }
  }, 5)
  return {
    done: async () => {
      clearInterval(timer)
      await Promise.all(open)
      const lost = await lostOf(pool, acknowledged)
      await pool.end()
      const sorted = times.toSorted((a, b) => a - b)
      return {
        acknowledged: acknowledged.length,
        refused,
        lost,
        p50: quantile(sorted, 0.5),
        p99: quantile(sorted, 0.99),
      }
    },
  }
}

/** Each customer once, in an order that has nothing to do with his key: what he was told last is what must be there. */
async function plannedActions(pool: pg.Pool, seed: string): Promise<Readonly<{ due: Action[]; others: Action[] }>> {
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
