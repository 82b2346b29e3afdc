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
    .map((each) => each.privilege)

test('tables that move are read, written, locked and deleted from, on both sides', () => {
  const all = needs('archive')
  for (const table of ['customer', 'customer_backup', 'calls', 'calls_backup'])
    assert.deepEqual(required(all, table), ['SELECT', 'INSERT', 'UPDATE', 'DELETE'], table)
  assert.deepEqual(required(all, 'mothball_archive_log'), ['SELECT', 'INSERT'])
})

test('tables that stay are read and locked, and have no archive', () => {
  const all = needs('keep')
  assert.deepEqual(required(all, 'calls'), ['SELECT', 'UPDATE'])
  assert.deepEqual(required(all, 'calls_backup'), [])
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
  const [tables, ...others] = privilegeFindings(
    needs('archive').filter(({ kind }) => kind === 'table'),
    'ann',
    'shop',
  )
  assert.equal(tables?.message, 'ann lacks select, insert, update, delete on 4 tables')
  assert.equal(
    tables?.hint,
    'Run `grant select, insert, update, delete on customer, calls, customer_backup, calls_backup to ann;` as owner.',
  )
  assert.equal(others.length, 1)
})

test('the journal is granted as a whole', () => {
  const missing = journalPrivileges(['run', 'batch'])
  assert.deepEqual(
    journalFindings(missing, 'ann', 'shop').map(({ hint }) => hint),
    [
      'Run `grant usage on schema mothball to ann;` as owner.',
      'Run `grant usage on sequence mothball.batch_id_seq to ann;` as owner.',
      'Run `grant select, insert, update on all tables in schema mothball to ann;` as owner.',
    ],
  )
  assert.deepEqual(journalFindings([], 'ann', 'shop'), [])
})
