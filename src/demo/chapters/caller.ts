/** Two customers: one who stayed, with the rule behind it, and one who phones again and is brought home. */
import { registerPlan } from '../../cli/commands/plan.ts'
import { registerRestore } from '../../cli/commands/restore.ts'
import { registerRun } from '../../cli/commands/run.ts'
import { registerShow } from '../../cli/commands/show.ts'
import { type ToldRestore, type ToldRun, toldRestore, toldRun } from '../told.ts'
import { Disagreement, type Tour } from '../tour.ts'
import { typeCommand } from '../typed-command.ts'

/** Somebody with an active AOD; where nobody has one, the first who is old and still here. */
const KEPT_QUERY = `select id from public.nic_cc_customer as c where created_at < now() - interval '60 days'
  order by (exists (select from public.nic_cc_aod as a where a.customer_id = c.id and status = 'active')) desc, id
  limit 1`

export async function whyKept(tour: Tour): Promise<void> {
  const [kept] = await tour.sql.rows(KEPT_QUERY)
  if (kept?.['id'] == null) return
  tour.tell.step('An old customer who stayed, and why')
  await typeCommand(tour, registerShow, ['show', kept['id']])
}

/** The sample's customer for this; with few customers there may be none, and then anybody with a telephone. */
const CALLER_QUERY = `select id, '+27' || right(regexp_replace(mobile, '[^0-9]', '', 'g'), 9) as phone
  from public.nic_cc_customer_backup where mobile is not null order by (mobile = '082 555 0142') desc, id limit 1`

export type Caller = Readonly<{ key: string; restored: ToldRestore }>

export async function bringHome(tour: Tour): Promise<Caller> {
  const { sql, tell } = tour
  const [caller] = await sql.rows(CALLER_QUERY)
  if (caller?.['id'] == null || caller['phone'] == null) throw new Disagreement('nobody in the archive has a telephone')
  const key = caller['id']
  tell.step('One of the archived phones: found by the number, brought home with everything')
  await typeCommand(tour, registerShow, ['show', caller['phone']])
  const words = ['restore', key, '--reason', 'phoned again']
  await typeCommand(tour, registerRestore, ['restore', key, '--dry-run'])
  return { key, restored: toldRestore.parse(await typeCommand(tour, registerRestore, [...words, '--yes'])) }
}

/** Old enough as ever, and yet the next run does not take the family back. */
export async function nextNight(tour: Tour, { key }: Caller): Promise<ToldRun> {
  const { sql, tell } = tour
  tell.step('The next night: the rule `restored` keeps whoever was brought home')
  await typeCommand(tour, registerPlan, ['plan'])
  const told = await typeCommand(tour, registerRun, ['run', '--yes'])
  const home = await sql.count('select count(*) from public.nic_cc_customer where id = $1::bigint', [key])
  if (home !== 1) throw new Disagreement('the customer who was brought home is not active')
  return toldRun.parse(told)
}
