import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  archiveOf,
  catalogOf,
  column,
  customer,
  foreignKey,
  logTable,
  policyOf,
  shape,
} from '../../test/support/shapes.ts'
import { resolveFamily } from './family.ts'
import type { RelatedAction } from './policy.ts'
import { journalFindings, journalPrivileges, type Need, neededPrivileges, privilegeFindings } from './privileges.ts'

const SERIAL = column('id', 'bigint', { sequence: 'public.customer_id_seq', identity: 'by default' })

function needs(action: RelatedAction, isMigrated = true): readonly Need[] {
  const source = customer([], { columns: [SERIAL, column('created_at', 'timestamp with time zone')] })
  const calls = shape('calls', [column('customer_id', 'bigint')])
  const log = logTable({
    columns: [...logTable().columns, column('serial', 'integer', { sequence: 'public.log_seq' })],
  })
  const made = isMigrated ? [archiveOf(source), archiveOf(calls), log] : []
  const catalog = catalogOf([source, calls, ...made], { keys: [foreignKey('calls(customer_id)', 'customer(id)')] })
  const policy = policyOf({ relations: [{ table: 'calls', action }] })
  const { family } = resolveFamily(policy, catalog)
  assert.ok(family)
  return neededPrivileges(policy, family, catalog)
}

const required = (all: readonly Need[], table: string) =>
  all
    .filter((each) => each.required && each.kind === 'table' && each.name.table === table)
    .map(({ privilege, columns }) => (columns === null ? privilege : `${privilege} (${columns.join()})`))

test('rows that move are read, locked and deleted on one side and inserted on the other, and no more', () => {
  const all = needs('archive')
  for (const table of ['customer', 'calls']) assert.deepEqual(required(all, table), ['SELECT', 'UPDATE (id)', 'DELETE'])
  for (const table of ['customer_backup', 'calls_backup']) assert.deepEqual(required(all, table), ['SELECT', 'INSERT'])
  assert.deepEqual(required(all, 'mothball_archive_log'), ['SELECT', 'INSERT'])
})

test('tables that stay are read, and locked only where a rule reads them', () => {
  assert.deepEqual(required(needs('keep'), 'calls'), ['SELECT'])
  assert.deepEqual(required(needs('block'), 'calls'), ['SELECT', 'UPDATE (id)'])
})

test('a sequence matters to restores, that of the log to every run, and an owner to VACUUM', () => {
  const short = (each: Need) => `${each.kind} ${each.name.table} ${each.privilege} ${each.required}`
  const all = needs('archive').map(short)
  assert.ok(all.includes('sequence public.customer_id_seq USAGE false'))
  assert.ok(all.includes('sequence public.customer_id_seq UPDATE false'))
  assert.ok(all.includes('sequence public.log_seq USAGE true'))
  assert.ok(all.includes('owner customer VACUUM false'))
})

test('before the first migration the schema must let us create', () => {
  const created = needs('archive', false).filter(({ privilege }) => privilege === 'CREATE')
  assert.deepEqual(
    created.map(({ kind, name, required: isRequired }) => [kind, name.schema, isRequired]),
    [['schema', 'public', false]],
  )
  assert.deepEqual(
    journalPrivileges([]).map(({ kind, privilege }) => [kind, privilege]),
    [['database', 'CREATE']],
  )
})

const hints = (missing: readonly Need[]) => privilegeFindings(missing, 'Ann', 'shop').map(({ hint }) => hint)

test('what is lacked has a GRANT that can be pasted', () => {
  const calls = { schema: 'crm', table: 'Calls' }
  const need = (kind: Need['kind'], name: Need['name'], privilege: string): Need => ({
    kind,
    name,
    privilege,
    columns: null,
    required: true,
    purpose: '',
  })
  assert.deepEqual(
    hints([
      need('table', calls, 'SELECT'),
      need('table', calls, 'DELETE'),
      need('schema', { schema: 'crm', table: '' }, 'USAGE'),
      need('database', { schema: '', table: '' }, 'CREATE'),
      need('sequence', { schema: '', table: 'crm."Calls_id_seq"' }, 'USAGE'),
      need('owner', calls, 'VACUUM'),
    ]),
    [
      'Run `grant select, delete on crm."Calls" to "Ann";` as owner.',
      'Run `grant usage on schema crm to "Ann";` as owner.',
      'Run `grant create on database shop to "Ann";` as owner.',
      'Run `grant usage on sequence crm."Calls_id_seq" to "Ann";` as owner.',
      'On PostgreSQL 17 or newer run `grant maintain on crm."Calls" to "Ann";`; before, let the owner vacuum.',
    ],
  )
})

test('objects that lack the same are granted it together', () => {
  const findings = privilegeFindings(
    needs('archive').filter(({ kind, required: isRequired }) => kind === 'table' && isRequired),
    'ann',
    'shop',
  )
  assert.deepEqual(
    findings.map(({ hint }) => hint),
    [
      'Run `grant select, update (id), delete on customer, calls to ann;` as owner.',
      'Run `grant select, insert on customer_backup, calls_backup, mothball_archive_log to ann;` as owner.',
    ],
  )
  assert.equal(findings[0]?.message, 'ann lacks select, update (id), delete on 2 tables')
})

test('what a restore needs beyond a run is no reason to refuse a run', () => {
  const restoring = needs('archive').filter(({ purpose }) => purpose.includes('restore'))
  const short = restoring.map(({ kind, name, privilege }) => `${kind} ${name.table} ${privilege}`)
  assert.ok(restoring.every((each) => !each.required))
  for (const need of ['table customer INSERT', 'table customer_backup DELETE', 'table customer_backup UPDATE'])
    assert.ok(short.includes(need), need)
})

test('the journal is granted by role, and its missing tables are named', () => {
  const missing = journalPrivileges(['run', 'batch', 'keep_until'])
  const findings = journalFindings(missing, 'ann', 'shop')
  assert.deepEqual(
    findings.map(({ hint }) => hint),
    [
      'Run `grant usage on schema mothball to ann;` as owner.',
      'Run `grant usage on sequence mothball.batch_id_seq to ann;` as owner.',
      'Run `grant execute on function mothball.fingerprint(oid[]), mothball.drop_answers(), mothball.take_back(text, text[], bigint[], bigint[]) to ann;` as owner.',
      'Let the owner run what `mothball doctor --grants` prints, and `grant mothball_archiver to ann;`.',
    ],
  )
  assert.equal(findings.at(-1)?.message, 'ann lacks what a run needs in schema mothball, on run, batch, keep_until')
  const restoring = journalFindings(
    missing.filter((need) => !need.required),
    'ann',
    'shop',
  )
  assert.deepEqual(
    restoring.map(({ message }) => message),
    [
      'ann lacks execute on function mothball.take_back(text, text[], bigint[], bigint[]), which a restore needs',
      'ann lacks what a restore needs in schema mothball, on keep_until',
    ],
  )
  assert.deepEqual(journalFindings([], 'ann', 'shop'), [])
})
