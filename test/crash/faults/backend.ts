/** Faults of the server's side of a connection: terminated, cancelled, killed. */
import { type Fault, openBatches, type Stage, whileAnyStands } from '../stage.ts'

/**
 * Looks in one session of the server and acts on what it sees, without a round trip between. Cancelling waits for a
 * statement that is at work: in a transaction that idles there is nothing to cancel.
 */
export const STRIKE_FUNCTION = `create schema crash; create function crash.strike(act text, name text) returns boolean
  language plpgsql as $$
  declare victim integer;
  begin
    for look in 1..2000 loop
      perform pg_stat_clear_snapshot();
      select a.pid into victim from pg_stat_activity a join pg_locks l on l.pid = a.pid
        where a.datname = current_database() and a.application_name like name and l.locktype = 'relation' and l.granted
          and l.mode = 'RowExclusiveLock' and l.relation = to_regclass('nic_cc_customer_backup')
          and (act = 'terminate' or a.state = 'active') limit 1;
      if found then
        return case act when 'terminate' then pg_terminate_backend(victim) else pg_cancel_backend(victim) end;
      end if;
      perform pg_sleep(0.001);
    end loop;
    return false;
  end $$`

const WHOM = ['archiver%', 'archiver%', 'archiver%', 'restorer'] as const

/** A little later than at once, so that the look does not always find the first statements of a batch. */
async function strike({ ask, random }: Stage, act: 'terminate' | 'cancel'): Promise<boolean> {
  const [row] = await ask('select crash.strike($1, $2) as struck from pg_sleep($3)', [
    act,
    random.pick(WHOM),
    random.below(20) / 1000,
  ])
  return row?.['struck'] === 't'
}

const terminated: Fault = { kind: 'backend terminated', strike: (stage) => strike(stage, 'terminate') }
const cancelled: Fault = { kind: 'statement cancelled', strike: (stage) => strike(stage, 'cancel') }

/** The server then throws all sessions out and recovers, without being started anew. */
const killed: Fault = {
  kind: 'backend killed (kill -9), the server recovers',
  strike: async (stage) =>
    (await whileAnyStands(stage, async ({ hand }) => killBackend(stage, await openBatches(stage, hand)))) ?? false,
}

async function killBackend({ server }: Stage, [pid]: readonly number[]): Promise<boolean> {
  if (pid === undefined) return false
  process.kill(pid, 'SIGKILL')
  await server.serves()
  return true
}

export const BACKEND_FAULTS = { terminated, cancelled, killed }
