// Metrics over a real journal, read back as Prometheus reads them; dashboard and alert rules held against them.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { parse } from 'yaml'
import { restore } from '../../src/engine/restore/restore.ts'
import { run } from '../../src/engine/run/run.ts'
import { createMetrics } from '../../src/telemetry/metrics.ts'
import { registry } from '../../src/telemetry/registry.ts'
import { callCenter } from '../support/call-center.ts'

const RULES = new URL('../../ops/prometheus/mothball.rules.yaml', import.meta.url)
const DASHBOARD = new URL('../../ops/grafana/mothball.json', import.meta.url)

type Sample = Readonly<{ name: string; labels: Readonly<Record<string, string>>; value: number }>

/** The text format, strictly: a line that is neither comment nor sample fails. */
function samplesOf(text: string): readonly Sample[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('# '))
    .map((line) => {
      const match = /^([a-z_]+)(?:\{(.*)\})? (-?[\d.e+-]+|\+Inf|NaN)$/.exec(line)
      assert.ok(match, line)
      const [, name = '', labels = '', value = ''] = match
      const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key = '', text_ = '']) => [key, text_])
      return { name, labels: Object.fromEntries(pairs), value: Number(value) }
    })
}

async function scraped(t: TestContext) {
  const center = await callCenter(t, { policy: { guard: 1, probes: [{ name: 'one', sql: 'select 1', repeat: 1 }] } })
  const key = await center.customer(90)
  for (let n = 0; n < 2; n += 1) await center.customer(91)
  const poison = await center.customer(93)
  await center.db.query(`insert into nic_cc_customer_backup (id) values (${poison})`)
  await run(center.engine, center.policy)
  await restore(center.engine, center.policy, { selection: { by: 'keys', keys: [key] }, reason: 'phoned again' })
  await center.db.query(`insert into mothball.slot (policy, planned_at, state, missed_at)
    values ('nic-call-center', now() - interval '1 day', 'missed', now())`)
  const source = { database: center.engine.database, policies: [center.policy] }
  return { center, samples: samplesOf(await registry(source).text()), source }
}

test('a scrape tells what the journal knows', async (t) => {
  const { samples, source } = await scraped(t)
  const of = (name: string, labels: Sample['labels'] = {}) =>
    samples.find((each) => each.name === name && Object.entries(labels).every(([k, v]) => each.labels[k] === v))?.value
  assert.equal(of('mothball_rows_archived_total'), 3)
  assert.equal(of('mothball_rows_restored_total'), 1)
  assert.equal(of('mothball_rows_failed_total', { cause: 'archive_key_taken' }), 1)
  assert.equal(of('mothball_runs_total', { status: 'partial' }), 1)
  assert.equal(of('mothball_missed_slots_total'), 1)
  assert.equal(of('mothball_quarantined_rows'), 1)
  assert.equal(of('mothball_eligible_rows'), 1)
  assert.equal(of('mothball_last_success_timestamp_seconds'), undefined, 'there was none yet')
  assert.ok((of('mothball_table_bytes', { tier: 'archive' }) ?? 0) > 0)
  assert.ok((of('mothball_probe_seconds', { probe: 'one', phase: 'after' }) ?? 0) > 0)
  const buckets = samples.filter(({ name }) => name === 'mothball_run_duration_seconds_bucket')
  assert.deepEqual(
    buckets.map(({ value }) => value),
    buckets.map(({ value }) => value).toSorted((a, b) => a - b),
  )
  assert.equal(buckets.at(-1)?.labels['le'], '+Inf')
  assert.deepEqual([buckets.at(-1)?.value, of('mothball_run_duration_seconds_count')], [1, 1])
  assert.equal(await registry(source).text(), await registry(source).text(), 'whoever is asked says the same')
})

test('no label holds an id, and every value is a number', async (t) => {
  const { samples } = await scraped(t)
  assert.deepEqual([...new Set(samples.flatMap(({ labels }) => Object.keys(labels)))].toSorted(), [
    'cause',
    'le',
    'phase',
    'policy',
    'probe',
    'status',
    'tier',
  ])
  for (const { name, labels, value } of samples) {
    assert.ok(Number.isFinite(value), name)
    for (const [label, text] of Object.entries(labels)) if (label !== 'le') assert.doesNotMatch(text, /\d{2,}/)
  }
})

test('a run that goes on counts with what its batches have committed', async (t) => {
  const { center, source } = await scraped(t)
  await center.db.query(
    "update mothball.run set ended_at = null, status = 'running', archived = 0 where operation = 'archive'",
  )
  const samples = samplesOf(await registry(source).text())
  const of = (name: string) => samples.find((each) => each.name === name)?.value
  assert.deepEqual([of('mothball_rows_archived_total'), of('mothball_runs_in_progress')], [3, 1])
})

/** Names that a query reads; a histogram's parts count as the histogram. */
const namesIn = (queries: readonly string[]): readonly string[] =>
  queries
    .flatMap((query) => [...query.matchAll(/\bmothball_[a-z_]+/g)].map(([name]) => name))
    .map((name) => name.replace(/^(mothball_run_duration_seconds)_(bucket|sum|count)$/, '$1'))

const expressionsOf = (value: unknown): readonly string[] => {
  if (Array.isArray(value)) return value.flatMap(expressionsOf)
  if (value === null || typeof value !== 'object') return []
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) =>
    ['expr', 'query'].includes(key) && typeof inner === 'string' ? [inner] : expressionsOf(inner),
  )
}

test('dashboard and alert rules read only metrics that are there, and the dashboard all of them', async () => {
  const exposed = (await createMetrics().registry.getMetricsAsJSON()).map(({ name }) => name)
  const rules = namesIn(expressionsOf(parse(readFileSync(RULES, 'utf8'))))
  const dashboard = namesIn(expressionsOf(JSON.parse(readFileSync(DASHBOARD, 'utf8'))))
  assert.ok(rules.length > 8 && dashboard.length > 12)
  assert.deepEqual(
    [...rules, ...dashboard].filter((name) => !exposed.includes(name)),
    [],
  )
  assert.deepEqual(
    exposed.filter((name) => !dashboard.includes(name)),
    [],
  )
})

test('the metrics are documented, each by its name', async () => {
  const page = readFileSync(new URL('../../docs/reference/metrics.md', import.meta.url), 'utf8')
  const exposed = (await createMetrics().registry.getMetricsAsJSON()).map(({ name }) => name)
  assert.deepEqual(
    exposed.filter((name) => !page.includes(`\`${name}\``)),
    [],
  )
})

const promtool = await promisify(execFile)('promtool', ['--version']).then(
  () => true,
  () => false,
)
const unless = promtool ? '' : ' (skipped: promtool is not installed)'
test(`promtool takes the alert rules, their tests and a scrape${unless}`, { skip: !promtool }, async (t) => {
  await promisify(execFile)('promtool', ['check', 'rules', RULES.pathname])
  await promisify(execFile)('promtool', ['test', 'rules', RULES.pathname.replace('.yaml', '.test.yaml')])
  const { source } = await scraped(t)
  const checking = promisify(execFile)('promtool', ['check', 'metrics'])
  checking.child.stdin?.end(await registry(source).text())
  await checking
})
