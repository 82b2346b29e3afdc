import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { MothballError } from '../../src/core/errors/index.ts'
import { planPurge, recordBasis, runPurge } from '../../src/engine/cold/purge.ts'
import { run } from '../../src/engine/run/run.ts'
import { type CallCenter, callCenter } from '../support/call-center.ts'
import { ageArchive, coldPlace, exportAll } from '../support/cold.ts'
import { Meddler, type Try } from '../support/meddler.ts'
import { eraseHim } from '../support/person.ts'
import { assertClean } from '../support/verified.ts'

/** More than there are statement boundaries in any of the operations: each has a customer of its own. */
const CUSTOMERS = 64
const FIRST = 1001
const KEYS = `generate_series(${FIRST}, ${FIRST + CUSTOMERS - 1})`
const RELATED = ['aod', 'payment_plan', 'installment', 'call_log', 'follow_up', 'contact_update_history'] as const
const ROWS = 1 + RELATED.length

async function manyFamilies({ db }: CallCenter): Promise<void> {
  const columns: Readonly<Record<(typeof RELATED)[number], readonly [string, string]>> = {
    aod: ['status', `'closed'`],
    payment_plan: ['total', '10'],
    installment: ['payment_plan_id, status', `n, 'paid'`],
    call_log: ['created_at', `now() - interval '80 days'`],
    follow_up: ['scheduled_at', `now() - interval '70 days'`],
    contact_update_history: ['field', `'name'`],
  }
  await db.query(
    `insert into nic_cc_customer (id, name, created_at) select n, 'name ' || n, now() - interval '90 days' from ${KEYS} n`,
  )
  for (const [table, [names, values]] of Object.entries(columns))
    await db.query(`insert into nic_cc_${table} (id, customer_id, ${names}) select n, n, ${values} from ${KEYS} n`)
}

async function manyArchived(center: CallCenter): Promise<void> {
  await manyFamilies(center)
  await run(center.engine, center.policy, { confirm: CUSTOMERS })
  await ageArchive(center, center.db.query, 'nic_cc_customer_backup', 3)
}

const activeCenter = (t: TestContext) => callCenter(t, { prepared: { name: 'many_families', prepare: manyFamilies } })

const archivedCenter = (t: TestContext) =>
  callCenter(t, { beside: ['purger', 'eraser'], prepared: { name: 'many_archived', prepare: manyArchived } })

const holdAll = ({ db }: CallCenter) =>
  db.query(
    `insert into mothball.hold (subject, subject_key, reason, set_by)
      select 'public.nic_cc_customer', n::text, 'case', 'legal' from ${KEYS} n`,
  )

type Place = 'active' | 'archive' | 'nowhere' | 'half'
type Side = Readonly<{ place: Place; held: boolean }>

const placeOf = (active: number, archive: number): Place => {
  if (active + archive === 0) return 'nowhere'
  if (active === ROWS && archive === 0) return 'active'
  return active === 0 && archive === ROWS ? 'archive' : 'half'
}

async function sidesOf({ db }: CallCenter): Promise<ReadonlyMap<string, Side>> {
  const part = (name: string, key: string) => [
    `select ${key} as key, 1 as active, 0 as archive from nic_cc_${name}`,
    `select ${key}, 0, 1 from nic_cc_${name}_backup`,
  ]
  const parts = [...part('customer', 'id'), ...RELATED.flatMap((name) => part(name, 'customer_id'))]
  const rows = await db.query(
    `select n as key, coalesce(sum(active), 0) as active, coalesce(sum(archive), 0) as archive,
        exists (select from mothball.hold h where h.subject_key = n::text and h.released_at is null) as held
      from ${KEYS} n left join (${parts.join(' union all ')}) r on r.key = n group by n`,
  )
  return new Map(
    rows.map(({ key, active, archive, held }) => [
      key ?? '',
      { place: placeOf(Number(active), Number(archive)), held: held === 't' },
    ]),
  )
}

/** Every family is whole, and where `wanted` says. Shows each boundary with its outcome where one is not. */
async function assertWhole(
  center: CallCenter,
  tries: readonly Try[],
  wanted: (each: Try, side: Side) => boolean,
): Promise<void> {
  const sides = await sidesOf(center)
  const lines = tries.map((each) => {
    const side = sides.get(each.key) ?? assert.fail(each.key)
    const mark = wanted(each, side) ? ' ' : '✖'
    const waited = each.waited ? 'waited, ' : ''
    return `${mark} ${each.at.padEnd(76)} ${each.key} ${waited}${each.outcome}; ${side.place}${side.held ? ', held' : ''}`
  })
  const halves = [...sides].flatMap(([key, { place }]) => (place === 'half' ? [key] : []))
  if (process.env['SHOW']) console.log(`${lines.length}\n${lines.join('\n')}`)
  assert.deepEqual(halves, [], lines.join('\n'))
  assert.ok(!lines.some((line) => line.startsWith('✖')), lines.join('\n'))
}

/** Otherwise the test would pass with nothing tried. */
function assertTried(tries: readonly Try[], wanted: Readonly<{ all: number; waited: number }>): void {
  const waited = tries.filter((each) => each.waited).length
  assert.ok(tries.length >= wanted.all && waited >= wanted.waited, `${tries.length} tries, ${waited} waited`)
}

test('archive run: a hold set at any statement boundary keeps him whole, or finds him whole in the archive', async (t) => {
  const center = await activeCenter(t)
  const next = async () => {
    const [row] = await center.db.query(
      `select min(id) as key from nic_cc_customer c
        where not exists (select from mothball.hold h where h.subject_key = c.id::text)`,
    )
    return row?.['key'] ?? null
  }
  const meddler = new Meddler(t, center, { change: 'set', next })
  const { status } = await run(meddler.engine, center.policy, { batchSize: 1, confirm: CUSTOMERS })
  const tries = await meddler.tries()
  assert.equal(status, 'success')
  await assertWhole(center, tries, ({ outcome }, { place, held }) => held && place === outcome)
  assertTried(tries, { all: 35, waited: 12 })
  await assertClean(center)
})

for (const change of ['set', 'release'] as const)
  test(`purge: a hold ${change} at any statement boundary is seen, or comes too late for a whole family`, async (t) => {
    const center = await archivedCenter(t)
    const policy = { ...center.policy, batchSize: 1 }
    const place = await coldPlace(t)
    await exportAll(center, place)
    await recordBasis(center.owner, policy, { basis: 'the law', actor: 'compliance' })
    const { id, families } = await planPurge(center.engine, policy, { actor: 'sipho', reason: 'due' })
    if (change === 'release') await holdAll(center)
    const outcomes = () => center.db.query('select subject_key as key, outcome from mothball.purge_family order by 1')
    const next = async () => (await outcomes()).find(({ outcome }) => outcome === null)?.['key'] ?? null
    const meddler = new Meddler(t, center, { change, next })
    await runPurge(meddler.engine, place.vault, policy, { plan: id, actor: 'thandi', confirm: families })
    const tries = await meddler.tries()
    const said = new Map((await outcomes()).map(({ key, outcome }) => [key, outcome]))
    await assertWhole(center, tries, ({ key, outcome }, side) => {
      const isSaid = said.get(key) === (side.place === 'archive' ? 'held' : 'purged')
      if (change === 'release') return isSaid && outcome === 'released'
      return isSaid && side.held && outcome === (side.place === 'archive' ? 'archive' : 'cold')
    })
    assertTried(tries, change === 'set' ? { all: 40, waited: 20 } : { all: 20, waited: 0 })
    await assertClean(center)
  })

test('erasure: a hold set at any statement boundary stops it, or is told that there is nobody left to hold', async (t) => {
  const center = await archivedCenter(t)
  let person = ''
  const meddler = new Meddler(t, center, { change: 'set', next: () => Promise.resolve(person) })
  const refused = new Set<string>()
  for (let key = FIRST, tried = -1; key < FIRST + CUSTOMERS && tried < (await meddler.tries()).length; key += 1) {
    tried = (await meddler.tries()).length
    person = String(key)
    await eraseHim({ engine: meddler.engine, policy: center.policy }, person).catch((error: unknown) => {
      if (!(error instanceof MothballError && error.code === 'erasure_held')) throw error
      refused.add(person)
    })
  }
  const tries = await meddler.tries()
  await assertWhole(center, tries, ({ key, outcome }, { place, held }) =>
    refused.has(key)
      ? outcome === 'archive' && place === 'archive' && held
      : outcome === 'already_gone' && place === 'nowhere' && !held,
  )
  assertTried(tries, { all: 40, waited: 20 })
  await assertClean(center)
})
