/** What `init` proposes: the preset where its tables are there, else what the engine reads off the tables. */
import type { CandidateTable } from '../core/propose.ts'
import type { Engine } from '../engine/ports.ts'
import { candidateTables, epochUnit, type Proposal, propose } from '../engine/propose.ts'
import type { ConfigInput } from './document.ts'
import { NIC_CALL_CENTER } from './nic-call-center.ts'

/** `policy` is an entry of the configuration's `policies`. */
export type EntryProposal = Omit<Proposal, 'policy'> & Readonly<{ policy: ConfigInput['policies'][number] }>

const SUBJECT = { schema: 'public', table: 'nic_cc_customer' }

/** Throws `not_found` and `nothing_to_propose` as the engine does. */
export async function proposeEntry(engine: Engine, table: string | null): Promise<EntryProposal> {
  const preset = table === null || table === SUBJECT.table ? await proposePreset(engine) : null
  return preset ?? propose(engine, table)
}

async function proposePreset(engine: Engine): Promise<EntryProposal | null> {
  const candidates = await candidateTables(engine)
  const customer = candidates.find(({ name }) => name.schema === SUBJECT.schema && name.table === SUBJECT.table)
  const type = typeOf(customer, 'created_at')
  if (customer === undefined || type === undefined || typeOf(customer, 'id') === undefined) return null
  const unit = type === 'bigint' ? await epochUnit(engine, SUBJECT, 'created_at') : null
  const age = unit === null ? {} : { age: { unit } }
  const policy = { preset: NIC_CALL_CENTER, criteria: 'enhanced', related: 'archive', ...age } as const
  return { table: SUBJECT.table, rows: customer.rows, policy, others: [] }
}

const typeOf = (table: CandidateTable | undefined, column: string): string | undefined =>
  table?.columns.find(({ name }) => name === column)?.type
