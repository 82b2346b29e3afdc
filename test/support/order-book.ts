/**
 * Orders whose keys have two columns of text, with every character in them that a row's text, an array, JSON, CSV or
 * an address would have to escape; lines that refer to both columns, and parts that refer to the line's own three.
 */
import type { TestContext } from 'node:test'
import type { Policy } from '../../src/core/policy.ts'
import { isProblems, type PolicyInput, parsePolicy } from '../../src/core/policy-schema.ts'
import { applyMigration, planMigration } from '../../src/db/migrate.ts'
import type { Engine } from '../../src/engine/ports.ts'
import { run } from '../../src/engine/run/run.ts'
import { testEngine } from './call-center.ts'
import { type TestDatabase, testDatabase } from './database.ts'

type Key = readonly [branch: string, no: string]

/** Alike where somebody joins or splits the parts without care. */
export const ORDERS: readonly Key[] = [
  ['plain', '1'],
  ['', ''],
  ['', ','],
  [',', ''],
  ['(,)', '(,)'],
  ['a,b', 'c'],
  ['a', 'b,c'],
  ['(a', 'b)'],
  [' ', '  '],
  ['"', '""'],
  ['\\', '\\\\'],
  ['\\"', "'"],
  ['{', '{a,"b"}'],
  ['null', 'NULL'],
  ['["a"]', '{"k": 1}'],
  ['100%', '%2C'],
  ['a/b', '?x=1&y#z'],
  ['tab\t', 'line\nbreak\r\n'],
  ['\u0001', '$1 :x'],
  ['tëxt 🕊', 'TËXT 🕊'],
]

/** As the journal writes it, and as JSON.stringify does. */
const keyOf = ([branch, no]: Key): string => `[${JSON.stringify(branch)}, ${JSON.stringify(no)}]`
export const typedKeyOf = (key: Key): string => JSON.stringify(key)

export const KEYS = ORDERS.map(keyOf)

const TABLES = `
  create schema "Odd, Schema";
  create table "Odd, Schema"."Order Book" ("Branch" text, "No" text, "opened at" timestamptz, note text, phone text,
    primary key ("Branch", "No"));
  create table "Odd, Schema"."lines" ("Branch" text, "No" text, item text, amount numeric, primary key (item, "No", "Branch"));
  create index on "Odd, Schema"."lines" ("Branch", "No");
  create table "Odd, Schema".parts (id int primary key, "Branch" text, "No" text, item text, size text);
  create index on "Odd, Schema".parts ("Branch", "No", item)`

const FOREIGN_KEYS = `
  alter table "Odd, Schema"."lines" add foreign key ("Branch", "No") references "Odd, Schema"."Order Book" ("Branch", "No");
  alter table "Odd, Schema".parts add foreign key ("Branch", "No", item) references "Odd, Schema"."lines" ("Branch", "No", item)`

/** A line called as its branch with a part each, and a second line without one. */
const ROWS = `
  insert into "Odd, Schema"."Order Book"
    select branch, no, now() - interval '90 days', 'note ' || n, '08255501' || to_char(n, 'FM00')
    from unnest($1::text[], $2::text[]) with ordinality o (branch, no, n);`
const LINES = `
  insert into "Odd, Schema"."lines" select o."Branch", o."No", item, 1.50 from "Odd, Schema"."Order Book" o,
    lateral (values (o."Branch"), (o."No" || '-')) i (item);`
const PARTS = `
  insert into "Odd, Schema".parts select row_number() over (), "Branch", "No", "Branch", '(,)' from "Odd, Schema"."Order Book"`

const POLICY: PolicyInput = {
  name: 'orders',
  subject: 'Odd, Schema.Order Book',
  age: { column: 'opened at', days: 60 },
  keep: [{ name: 'has_gold', relation: 'parts', where: [{ column: 'size', operator: '=', value: 'gold' }] }],
  relations: [
    { name: 'lines', table: 'Odd, Schema.lines', columns: ['Branch', 'No'], references: ['Branch', 'No'] },
    {
      name: 'parts',
      table: 'Odd, Schema.parts',
      parent: 'lines',
      columns: ['Branch', 'No', 'item'],
      references: ['Branch', 'No', 'item'],
    },
  ],
  guard: 1,
  search: { phone: ['phone'], text: ['note'] },
}

export type OrderBook = Readonly<{ db: TestDatabase; engine: Engine; policy: Policy }>

type BookOptions = Partial<PolicyInput> & Readonly<{ foreignKeys?: boolean }>

export async function orderBook(
  t: TestContext,
  { foreignKeys = false, ...over }: BookOptions = {},
): Promise<OrderBook> {
  const policy = parsePolicy({ ...POLICY, ...over }, 'policy')
  if (isProblems(policy)) throw new Error(JSON.stringify(policy))
  const db = await testDatabase(t)
  await db.query(TABLES)
  if (foreignKeys) await db.query(FOREIGN_KEYS)
  await db.query(ROWS, [ORDERS.map(([branch]) => branch), ORDERS.map(([, no]) => no)])
  await db.query(LINES)
  await db.query(PARTS)
  const engine = testEngine(t, db)
  await applyMigration(engine.database, await planMigration(engine.database, [policy]))
  return { db, engine, policy }
}

/** All in the archive, in batches of three. */
export async function archivedBook(t: TestContext, options: BookOptions = {}): Promise<OrderBook> {
  const book = await orderBook(t, options)
  const { archived, error } = await run(book.engine, book.policy, { batchSize: 3 })
  if (archived !== KEYS.length) throw new Error(`the first run archived ${archived}: ${error}`)
  return book
}

/** Every row of one side as text, in order. */
export async function rowsIn({ db }: OrderBook, side: 'active' | 'archive'): Promise<readonly string[]> {
  const columns = {
    'Order Book': '"Branch", "No", "opened at", note, phone',
    lines: '"Branch", "No", item, amount',
    parts: 'id, "Branch", "No", item, size',
  }
  const parts = Object.entries(columns).map(
    ([name, list]) =>
      `select '${name} ' || row(${list})::text as row from "Odd, Schema"."${name}${side === 'active' ? '' : '_backup'}"`,
  )
  return (await db.query(`${parts.join(' union all ')} order by 1`)).map(({ row }) => row ?? '')
}

/** Orders of one side, as the journal writes their keys. */
export async function ordersIn({ db }: OrderBook, side: 'active' | 'archive'): Promise<ReadonlySet<string>> {
  const table = `"Odd, Schema"."Order Book${side === 'active' ? '' : '_backup'}"`
  const rows = await db.query(`select jsonb_build_array("Branch", "No")::text as key from ${table}`)
  return new Set(rows.map(({ key }) => key ?? ''))
}
