/** Faults that the schema's owner makes: DDL while a batch is open, each undone when that batch is over. */
import { applyMigration, planMigration } from '../../../src/db/migrate.ts'
import { eventually } from '../../support/eventually.ts'
import { connect } from '../../support/server.ts'
import { type Fault, hasOpenBatch, type Stage, whileStanding } from '../stage.ts'

/** What the policy knows: it fires when a call leaves, and lets it go. */
export const WATCH_TRIGGER = `create function crash.watch() returns trigger language plpgsql as 'begin return old; end';
  create trigger watch before delete on nic_cc_call_log for each row execute function crash.watch()`
export const WATCH_TRIGGER_NAME = 'nic_cc_call_log.watch'

/** `after`: what somebody does when the batch is over, so that runs can go on. */
type Ddl = Readonly<{ kind: string; text(stage: Stage): string; after: 'migrate' | string }>

const DDL: Readonly<Record<string, Ddl>> = {
  columnAdded: {
    kind: 'DDL: a column is added',
    text: ({ random }) => `alter table nic_cc_customer add column note_${random.below(1e9)} text default 'none yet'`,
    after: 'migrate',
  },
  columnRenamed: {
    kind: 'DDL: a column is renamed and back',
    text: () => 'alter table nic_cc_call_log rename remark to remarks',
    after: 'alter table nic_cc_call_log rename remarks to remark',
  },
  tableRenamed: {
    kind: 'DDL: a table is renamed and back',
    text: () => 'alter table nic_cc_aod rename to nic_cc_aod_away',
    after: 'alter table nic_cc_aod_away rename to nic_cc_aod',
  },
  functionReplaced: {
    kind: "DDL: a trigger's function is replaced by one that keeps rows",
    text: () => watchFunction(KEEPING_FROM_ARCHIVERS),
    after: watchFunction('old'),
  },
  triggerDisabled: {
    kind: 'DDL: a trigger is disabled and enabled',
    text: () => 'alter table nic_cc_call_log disable trigger watch',
    after: 'alter table nic_cc_call_log enable trigger watch',
  },
  heirMade: {
    kind: 'DDL: a table begins to inherit',
    text: () => 'create table crash.heir () inherits (nic_cc_call_log)',
    after: 'drop table crash.heir',
  },
  indexMade: {
    kind: 'DDL: an index is made and dropped',
    text: () => 'create index passing on nic_cc_customer (email)',
    after: 'drop index passing',
  },
}

/** Agents give no name, and delete what they want to: a family that they half deleted would be their own fault. */
const KEEPING_FROM_ARCHIVERS = "case when current_setting('application_name') = '' then old end"

function watchFunction(answer: string): string {
  return `create or replace function crash.watch() returns trigger language plpgsql as $$begin return ${answer}; end$$`
}

const faultOf = ({ kind, text, after }: Ddl): Fault => ({
  kind,
  strike: async (stage) => {
    const altering = await whileStanding(stage, async ({ hand }) => {
      const done = alter(stage, text(stage))
      await done.isUnderWay
      return { hand, ended: done.ended }
    })
    if (altering === null) return false
    const isDone = await altering.ended
    await eventually('the batch is over', async () => !(await hasOpenBatch(stage, altering.hand)))
    if (isDone) await putRight(stage, after)
    return isDone
  },
})

/** Resolves false where a deadlock with an agent chose it as the victim: nothing has changed then. */
function alter({ center, ask }: Stage, text: string) {
  const connection = connect(center.db.url)
  let isOver = false
  const ended = connection
    .then(({ query }) => query(text))
    .then(
      () => true,
      (error: unknown) => {
        if (error instanceof Error && 'code' in error && error.code === '40P01') return false
        throw error
      },
    )
    .finally(async () => {
      isOver = true
      await (await connection).end()
    })
  ended.catch(() => undefined)
  const isWaiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query = $1`
  const isUnderWay = eventually(
    'the DDL is done, or waits for the batch',
    async () => isOver || (await ask(isWaiting, [text])).length > 0,
  )
  return { isUnderWay, ended }
}

async function putRight(stage: Stage, after: Ddl['after']): Promise<void> {
  if (after === 'migrate') await migrate(stage)
  else await eventually(after, () => alter(stage, after).ended)
}

async function migrate({ center: { engine, policy } }: Stage): Promise<void> {
  await applyMigration(engine.database, await planMigration(engine.database, [policy]))
}

export const SCHEMA_FAULTS: readonly Fault[] = Object.values(DDL).map(faultOf)
