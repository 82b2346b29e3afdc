/** Every kind of value that the engine's tables may hold: for tests of whatever carries rows from one place to another. */
import type { TestContext } from 'node:test'
import type { PolicyInput } from '../../src/core/policy-schema.ts'
import { type Toy, toyTables } from './archived-table.ts'
import { testDatabase } from './database.ts'
import type { Query } from './server.ts'

/** Type and values of one column each; every value is one that some tool is known to change. */
const KINDS: readonly (readonly [type: string, ...values: readonly string[]])[] = [
  ['smallint', '-32768', '32767'],
  ['integer', '-2147483648'],
  ['bigint', '9007199254740993', '-9223372036854775808'],
  ['numeric', "'NaN'", "'Infinity'", "'-Infinity'", '1.10', '1.1', '0.000', '1e-30', '12345678901234567890.0123456789'],
  ['numeric(30,10)', '1.5', '-0.0000000001'],
  ['real', "'NaN'", "'Infinity'", '1e-45', '3.4028235e38'],
  ['double precision', "'NaN'", "'-Infinity'", "'-0'", '0.1', '5e-324', '1.7976931348623157e308'],
  ['money', "'-92233720368547758.08'", "'0.01'"],
  ['boolean', 'true', 'false'],
  ['text', "''", "' '", "E'tab\\t line\\nbreak'", "E'back\\\\slash'", "'NULL'", "'Zoë 👩‍👩‍👧 😀'", '\'(a,"b")\''],
  ['varchar(12)', "'  padded  '"],
  ['character(8)', "'ab'", "''"],
  ['"char"', "'x'"],
  ['name', "'a name'"],
  ['bytea', "'\\x00ff10'", "''", "'\\x5c27'"],
  ['date', "'infinity'", "'-infinity'", "'4713-01-01 BC'", "'5874897-12-31'"],
  ['time', "'24:00:00'", "'23:59:59.999999'"],
  ['time with time zone', "'23:59:59.999999+13:30'"],
  ['timestamp', "'infinity'", "'0044-03-15 12:00:00.000001 BC'", "'294276-12-31 23:59:59.999999'"],
  ['timestamptz', "'-infinity'", "'4713-11-24 00:00:00+00 BC'", "'2026-09-23 02:00:00.123456+02'"],
  ['timestamptz(3)', "'2026-09-23 02:00:00.123'"],
  ['interval', "'1 mon -1 day 00:00:00.000001'", "'-178000000 years'", "'24:00:00'", "'1 day'"],
  ['uuid', "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'"],
  ['json', '\'{"b": 1, "a":  1.0, "a": 2}\'', "' null '"],
  ['jsonb', '\'{"n": 12345678901234567890.123456789012345678, "e": 1e-30}\'', "'1.0'", '\'"\\u20ac"\'', "'null'"],
  ['jsonpath', "'$.a[*] ? (@ > 1)'"],
  ['integer[]', "'[2:4]={1,NULL,3}'", "'{}'", "'[-1:0][5:6]={{1,2},{3,4}}'"],
  ['text[]', '\'{a,"b,c","NULL",NULL,"","\\""}\''],
  ['numeric[]', "'{NaN,1.10,Infinity}'"],
  ['bit(5)', "B'01010'"],
  ['bit varying', "B''", "B'1'"],
  ['inet', "'10.0.0.1/8'", "'::ffff:1.2.3.4'"],
  ['cidr', "'10.0.0.0/8'"],
  ['macaddr', "'08:00:2b:01:02:03'"],
  ['macaddr8', "'08:00:2b:01:02:03:04:05'"],
  ['point', "'(-0,1e-300)'"],
  ['line', "'{1,-1,0}'"],
  ['lseg', "'[(0,0),(1,1)]'"],
  ['box', "'(1,1),(0,0)'"],
  ['path', "'[(0,0),(1,1)]'", "'((0,0),(1,1))'"],
  ['polygon', "'((0,0),(1,1),(1,0))'"],
  ['circle', "'<(0,0),1.5>'"],
  ['tsvector', "'fat:2 cat:3A ''quo ted'':1'"],
  ['tsquery', "'fat & (rat | !cat:*)'"],
  ['int4range', "'empty'", "'(,5)'", "'[1,10)'"],
  ['numrange', "'(1.10,2.0]'"],
  ['tstzrange', "'[2026-01-01 00:00:00+02,infinity)'"],
  ['nummultirange', "'{[1.0,2.0),(3,4]}'", "'{}'"],
  ['pg_lsn', "'FFFFFFFF/FFFFFFFF'"],
  ['pg_snapshot', "'10:20:10,14'"],
  ['xid8', "'18446744073709551615'"],
  ['oid', '4294967295'],
  ['regclass', "'pg_class'", "'things'"],
  ['regtype', "'mood'"],
  ['mood', "'sad'", "'happy'"],
  ['mood[]', "'{happy,NULL}'"],
  ['pair', 'row(1, \'a "b", (c)\')', 'row(null, null)'],
  ['pair[]', "array[row(1, 'x')::pair, null]"],
  ['positive', '1'],
  ['short_list', "'{1,2}'"],
  ['floatrange', "'[1.5,2.5)'"],
  ['"Odd type"', "'y z'"],
  ['xml', '\'<a b="1"> &amp; <!-- c --></a>\'', "'text <b/>'"],
]

const TYPES = `create type mood as enum ('sad', 'ok', 'happy'); create type pair as (number integer, word text);
  create domain positive as integer check (value > 0); create domain short_list as integer[];
  create type floatrange as range (subtype = float8); create type "Odd type" as enum ('y z', 'Ö')`

/** Types that this server was built without are left out. */
async function knownKinds(query: Query): Promise<typeof KINDS> {
  const hasXml = await query("select '<a/>'::xml").then(
    () => true,
    () => false,
  )
  return KINDS.filter(([type]) => type !== 'xml' || hasXml)
}

/** A table `things` with a column for each kind, and a row for each of its values; all old enough to move. */
export async function thingsOfEveryKind(
  t: TestContext,
  policy: Partial<PolicyInput> = {},
): Promise<Toy & Readonly<{ most: number }>> {
  const probe = await testDatabase(t)
  const kinds = await knownKinds(probe.query)
  const columns = kinds.map(([type], index) => `c${index} ${type}`)
  const toy = await toyTables(
    t,
    `${TYPES}; create table things (id bigint generated always as identity primary key, dropped text,
      created_at timestamptz not null default now() - interval '90 days'); alter table things drop column dropped;
      alter table things ${columns.map((column) => `add column ${column}`).join(', ')}`,
    { subject: 'things', ...policy },
    { beside: ['purger', 'eraser'] },
  )
  const most = Math.max(...kinds.map(([, ...values]) => values.length))
  for (let n = 0; n < most; n += 1)
    await toy.db.query(`insert into things (${kinds.map((_kind, index) => `c${index}`).join()})
      values (${kinds.map(([type, ...values]) => (values[n] === undefined ? 'null' : `cast(${values[n]} as ${type})`)).join()})`)
  return { ...toy, most }
}

/** Every row of a table as text, with a digest; in the order of `id`. */
export const asText = async ({ db }: Toy, table: string): Promise<readonly string[]> => {
  const names = await db.query(`select attname from pg_attribute where attrelid = '${table}'::regclass and attnum > 0
    and not attisdropped order by attname`)
  const columns = names.map(({ attname }) => `"${attname}"::text`)
  const rows = await db.query(
    `select t::text as row, md5(row(${columns.join()})::text) as digest from ${table} t order by id`,
  )
  return rows.map(({ row, digest }) => `${digest} ${row}`)
}
