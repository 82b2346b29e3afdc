/**
 * What an agent, a colleague at the command line or another machine may do to a customer while a batch is at work.
 * A statement tells what it wrote (`written`), so that the oracle knows what was acknowledged.
 */
import { MothballError } from '../../src/core/errors/index.ts'
import type { Policy } from '../../src/core/policy.ts'
import { setHold } from '../../src/engine/hold.ts'
import type { Engine } from '../../src/engine/ports.ts'
import { restore } from '../../src/engine/restore/restore.ts'
import { run } from '../../src/engine/run/run.ts'
import { LEVELS } from './boundaries.ts'

/** One operation's customer, and the rows that it may touch. */
export type Case = Readonly<{
  operation: Operation
  customer: string
  /** Keys of his own rows. */
  aod: string
  plan: string
  call: string
  /** A young customer who stays, and a call of hers. */
  colleague: string
  colleagueCall: string
}>

/**
 * What it needs of him: his row (`him`), a row that he has (`row`), a reference to him (`reference`), the promise that
 * he stays (`hold`), or his way home (`home`). `another` and `archiver` are not about him at all.
 */
export type Touch = 'him' | 'row' | 'reference' | 'hold' | 'home' | 'another' | 'archiver'

export type Operation = Readonly<{
  name: string
  touches: Touch
  /** The level of the related table that it writes to; 0 for none. */
  level: number
  /** How many rows its new row refers to, where more than one; `verify` counts each that is missed. */
  parents?: number
  /** A keep rule holds for him as soon as it is committed. */
  keeps?: true
  /** His row is gone, or there in any case, once it is done. */
  leaves?: 'gone' | 'there'
}> &
  (Readonly<{ statement: (about: Case) => string }> | Readonly<{ verb: Verb }>)

/** Runs on an engine of its own; tells in a word what came of it. */
export type Verb = (engine: Engine, policy: Policy, customer: string) => Promise<string>

const levelOf = (table: (typeof LEVELS)[number]) => LEVELS.indexOf(table) + 1

const written = (table: string, owner: string, content: string) =>
  `returning '${table}' as "table", id, ${owner} as owner, ${content} as content`

const customerWritten = written('customer', 'id', 'name')
const callWritten = written('call_log', 'customer_id', 'remark')
const aodWritten = written('aod', 'customer_id', 'status')
const OLD = "now() - interval '50 days'"

export const OPERATIONS: readonly Operation[] = [
  {
    name: 'changes him',
    touches: 'him',
    level: 0,
    statement: ({ customer }) =>
      `update nic_cc_customer set name = 'changed' where id = ${customer} ${customerWritten}`,
  },
  {
    name: 'makes him young',
    touches: 'him',
    level: 0,
    keeps: true,
    statement: ({ customer }) =>
      `update nic_cc_customer set name = 'young', created_at = now() where id = ${customer} ${customerWritten}`,
  },
  {
    name: 'deletes him',
    touches: 'him',
    level: 0,
    leaves: 'gone',
    statement: ({ customer }) =>
      `delete from nic_cc_customer where id = ${customer} ${written('customer', 'id', 'null')}`,
  },
  {
    name: 'writes his key, new or not',
    touches: 'him',
    level: 0,
    leaves: 'there',
    statement: ({
      customer,
    }) => `insert into nic_cc_customer (id, name, created_at) values (${customer}, 'upsert', now())
      on conflict (id) do update set name = excluded.name ${customerWritten}`,
  },
  {
    name: 'adds a call',
    touches: 'reference',
    level: levelOf('call_log'),
    statement: ({ customer }) =>
      `insert into nic_cc_call_log (customer_id, remark, created_at) values (${customer}, 'late', ${OLD}) ${callWritten}`,
  },
  {
    name: 'adds an active AOD',
    touches: 'reference',
    level: levelOf('aod'),
    keeps: true,
    statement: ({ customer }) =>
      `insert into nic_cc_aod (customer_id, status) values (${customer}, 'active') ${aodWritten}`,
  },
  {
    name: 'adds an unpaid instalment to his plan',
    touches: 'reference',
    level: levelOf('installment'),
    parents: 2,
    keeps: true,
    statement: ({ customer, plan }) => `insert into nic_cc_installment (customer_id, payment_plan_id, status)
      values (${customer}, ${plan}, 'unpaid') ${written('installment', 'customer_id', 'status')}`,
  },
  {
    name: "gives him another's call",
    touches: 'reference',
    level: levelOf('call_log'),
    statement: ({ customer, colleagueCall }) =>
      `update nic_cc_call_log set customer_id = ${customer}, remark = 'his' where id = ${colleagueCall} ${callWritten}`,
  },
  {
    name: 'gives his call to another',
    touches: 'row',
    level: levelOf('call_log'),
    statement: ({ call, colleague }) =>
      `update nic_cc_call_log set customer_id = ${colleague}, remark = 'hers' where id = ${call} ${callWritten}`,
  },
  {
    name: 'changes a call',
    touches: 'row',
    level: levelOf('call_log'),
    statement: ({ call }) => `update nic_cc_call_log set remark = 'changed' where id = ${call} ${callWritten}`,
  },
  {
    name: 'deletes a call',
    touches: 'row',
    level: levelOf('call_log'),
    statement: ({ call }) =>
      `delete from nic_cc_call_log where id = ${call} ${written('call_log', 'customer_id', 'null')}`,
  },
  {
    name: 'makes his AOD active',
    touches: 'row',
    level: levelOf('aod'),
    keeps: true,
    statement: ({ aod }) => `update nic_cc_aod set status = 'active' where id = ${aod} ${aodWritten}`,
  },
  {
    name: 'sets a hold',
    touches: 'hold',
    level: 0,
    keeps: true,
    verb: async (engine, policy, customer) =>
      (await setHold(engine, policy, { key: customer, reason: 'a court asks', actor: 'a lawyer' })).tier,
  },
  { name: 'brings him back', touches: 'home', level: 0, verb: bringBack },
  { name: 'brings another back', touches: 'another', level: 0, verb: bringBack },
  {
    name: 'starts a second run',
    touches: 'archiver',
    level: 0,
    verb: (engine, policy) =>
      run(engine, policy).then(
        ({ status }) => status,
        (error: unknown) => (error instanceof MothballError ? error.code : String(error)),
      ),
  },
]

async function bringBack(engine: Engine, policy: Policy, customer: string): Promise<string> {
  const selection = { by: 'keys', keys: [customer] } as const
  const { restored, alreadyHome, conflicts } = await restore(engine, policy, { selection, reason: 'he called' })
  return conflicts[0]?.kind ?? (restored === 1 ? 'restored' : alreadyHome === 1 ? 'already home' : 'nothing')
}
