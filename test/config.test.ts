// The configuration: every form of it, every problem at once with its field, and where each value came from.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type Config, type ConfigSource, defineConfig, loadConfig } from '../src/config.ts'
import { MothballError } from '../src/core/errors/index.ts'
import { configJsonSchema } from '../src/presets/document.ts'

const URL = 'postgresql://user:geheim@host:5432/db'
const PRESET = { preset: 'nic-call-center' }

function folderWith(t: TestContext, files: Readonly<Record<string, string | object>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'mothball-config-'))
  t.after(() => rmSync(folder, { recursive: true }))
  for (const [name, content] of Object.entries(files))
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content))
  return folder
}

const load = (t: TestContext, document: string | object, source: Partial<ConfigSource> = {}): Promise<Config> =>
  loadConfig({ path: 'c.json', folder: folderWith(t, { 'c.json': document }), env: {}, ...source })

async function refusal(loading: Promise<unknown>): Promise<MothballError> {
  const error = await loading.then(
    () => assert.fail('it was accepted'),
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof MothballError, String(error))
  assert.equal(error.exit, 2)
  assert.doesNotMatch(`${error.message}${error.hint}`, /geheim/)
  return error
}

/** The lines of `config_invalid`, each `field: problem`. */
async function problemsOf(t: TestContext, document: string | object, env = {}): Promise<readonly string[]> {
  const error = await refusal(load(t, document, { env }))
  assert.equal(error.code, 'config_invalid', error.message)
  return error.message
    .split('\n')
    .slice(1)
    .map((line) => line.trim())
}

const policyProblems = async (t: TestContext, policy: object): Promise<readonly string[]> =>
  (await problemsOf(t, { policies: [policy] })).map((line) => line.replace(/^policies\[0\]\.?/, ''))

const ORDERS = { name: 'orders', subject: 'orders', age: { column: 'created_at', days: 30 } }

test('the contract’s file is a whole configuration, and the database comes from the environment', async (t) => {
  const config = await load(t, { policies: [PRESET] }, { env: { MOTHBALL_DATABASE_URL: URL } })
  assert.equal(config.database.url, URL)
  assert.deepEqual(
    config.policies.map(({ name, reason, archivedBy, related }) => ({ name, reason, archivedBy, related })),
    [{ name: 'nic-call-center', reason: '60_day_rule', archivedBy: 'system', related: 'archive' }],
  )
})

test('.ts, .yaml and .json say the same', async (t) => {
  const folder = folderWith(t, {
    'a.ts': `export default { policies: [{ preset: 'nic-call-center', related: 'block' }] }`,
    'b.yaml': 'policies:\n  - preset: nic-call-center\n    related: block\n',
    'c.json': { policies: [{ ...PRESET, related: 'block' }] },
  })
  const [ts, yaml, json] = await Promise.all(
    ['a.ts', 'b.yaml', 'c.json'].map((path) => loadConfig({ path, folder, env: {} })),
  )
  assert.deepEqual(ts?.policies, json?.policies)
  assert.deepEqual(yaml?.policies, json?.policies)
  const typed = defineConfig({ policies: [{ preset: 'nic-call-center', related: 'block' }] })
  assert.deepEqual((await load(t, typed)).policies, json?.policies)
})

test('without --config the one in the folder is taken, and of two neither', async (t) => {
  const folder = folderWith(t, { 'mothball.config.yaml': 'policies: [{preset: nic-call-center}]' })
  assert.equal((await loadConfig({ folder, env: {} })).policies.length, 1)
  writeFileSync(join(folder, 'mothball.config.json'), '{}')
  assert.equal((await refusal(loadConfig({ folder, env: {} }))).code, 'config_ambiguous')
  assert.equal((await refusal(loadConfig({ folder: folderWith(t, {}), env: {} }))).code, 'config_not_found')
  assert.equal((await refusal(loadConfig({ path: 'no.json', folder, env: {} }))).code, 'config_not_found')
})

test('a flag goes before the file, and the file before the environment', async (t) => {
  const document = { database: { url: 'postgresql://file/db' }, policies: [PRESET] }
  const env = { MOTHBALL_DATABASE_URL: 'postgresql://environment/db' }
  assert.equal((await load(t, document, { env })).database.url, 'postgresql://file/db')
  const flagged = await load(t, document, { env, flags: { databaseUrl: 'postgresql://flag/db' } })
  assert.equal(flagged.database.url, 'postgresql://flag/db')
  assert.equal((await load(t, { policies: [PRESET] })).database.url, null)
})

test('${ENV} and ${file:...} stand in any text, and NAME_FILE for NAME', async (t) => {
  const document = {
    database: { url: 'postgresql://u:${PASSWORD}@${file:host.txt}/db' },
    policies: [{ ...PRESET, reason: '$${literal}' }],
  }
  const folder = folderWith(t, { 'c.json': document, 'host.txt': 'example.test\n', 'secret.txt': 'geheim\n' })
  const config = await loadConfig({ path: 'c.json', folder, env: { PASSWORD_FILE: 'secret.txt' } })
  assert.equal(config.database.url, 'postgresql://u:geheim@example.test/db')
  assert.equal(config.policies[0]?.reason, '${literal}')
  const env = { MOTHBALL_DATABASE_URL_FILE: 'url.txt' }
  writeFileSync(join(folder, 'url.txt'), `${URL}\n`)
  writeFileSync(join(folder, 'd.json'), JSON.stringify({ policies: [PRESET] }))
  assert.equal((await loadConfig({ path: 'd.json', folder, env })).database.url, URL)
})

test('an unset or empty variable, or a file that is not there, is named with its field', async (t) => {
  const document = (url: string) => ({ database: { url }, policies: [PRESET] })
  for (const env of [{}, { DB: '' }]) {
    const error = await refusal(load(t, document('${DB}'), { env }))
    assert.equal(error.code, 'variable_unset')
    assert.equal(error.message, 'database.url needs the environment variable DB, which is not set')
  }
  const missing = await refusal(load(t, document('${file:no/such/file}')))
  assert.equal(missing.code, 'file_unreadable')
  assert.equal(missing.message, 'database.url needs the file no/such/file, which cannot be read')
  const both = await refusal(load(t, document('${DB}'), { env: { DB: 'x', DB_FILE: 'y' } }))
  assert.match(both.message, /DB and DB_FILE are both set/)
})

test('several problems are told at once, and none twice', async (t) => {
  const document = { database: { url: '${DB}' }, policies: [{ ...PRESET, batchSize: 0, reason: '${WHY}' }] }
  assert.deepEqual(await problemsOf(t, document), [
    'database.url: needs the environment variable DB, which is not set',
    'policies[0].reason: needs the environment variable WHY, which is not set',
    'policies[0].batchSize: must be at least 1',
  ])
})

test('unknown fields are errors, __proto__ among them', async (t) => {
  assert.deepEqual(await problemsOf(t, { policies: [PRESET], extra: 1 }), ['the document: has no field extra'])
  assert.deepEqual(await policyProblems(t, { ...ORDERS, batch_size: 5 }), [
    ': has no field batch_size (did you mean batchSize?)',
  ])
  assert.deepEqual(await policyProblems(t, { ...PRESET, batch_size: 5 }), [
    ': has no field batch_size (did you mean batchSize?)',
  ])
  assert.deepEqual(await policyProblems(t, { ...ORDERS, age: { ...ORDERS.age, hours: 5 } }), [
    'age: has no field hours',
  ])
  assert.deepEqual(await problemsOf(t, '{"policies":[{"preset":"nic-call-center","__proto__":{"guard":1}}]}'), [
    'policies[0]: has a field __proto__, which no configuration has',
  ])
})

test('a mistyped field is told with the one that was meant, wherever it stands', async (t) => {
  assert.deepEqual(await policyProblems(t, { name: 'orders', subjct: 'orders', ages: ORDERS.age }), [
    'subject: is missing',
    'age: is missing',
    ': has no fields subjct (did you mean subject?), ages (did you mean age?)',
  ])
  assert.deepEqual(await policyProblems(t, { ...PRESET, critera: 'basic' }), [
    ': has no field critera (did you mean criteria?)',
  ])
  assert.deepEqual(await policyProblems(t, { ...ORDERS, age: { ...ORDERS.age, zoen: 'UTC' } }), [
    'age: has no field zoen (did you mean zone?)',
  ])
  assert.deepEqual(await problemsOf(t, { policys: [PRESET] }), [
    'policies: is missing',
    'the document: has no field policys (did you mean policies?)',
  ])
})

test('days that are none are refused', async (t) => {
  const days = (value: unknown) => policyProblems(t, { ...ORDERS, age: { column: 'a', days: value } })
  assert.deepEqual(await days(-1), ['age.days: must be more than 0'])
  assert.deepEqual(await days(0), ['age.days: must be more than 0'])
  assert.deepEqual(await days(1e9), ['age.days: must be at most 36500'])
  assert.deepEqual(await days('60'), ['age.days: must be a number, not a text'])
  assert.deepEqual(await days(null), ['age.days: must be a number, not null'])
  const error = await refusal(
    loadConfig({
      path: 'c.ts',
      folder: folderWith(t, {
        'c.ts': `export default { policies: [{ preset: 'nic-call-center', age: { days: NaN } }] }`,
      }),
      env: {},
    }),
  )
  assert.match(error.message, /policies\[0\]\.age\.days: must be a number, not NaN/)
})

test('batch sizes outside 1 to 10000 are refused', async (t) => {
  const size = (value: unknown) => policyProblems(t, { ...ORDERS, batchSize: value })
  assert.deepEqual(await size(0), ['batchSize: must be at least 1'])
  assert.deepEqual(await size(null), ['batchSize: must be a number, not null'])
  assert.deepEqual(await size(1e12), ['batchSize: must be at most 10000'])
  assert.deepEqual(await size(1.5), ['batchSize: must be a whole number, not 1.5'])
})

test('a number that JSON would round is to be written as a text', async (t) => {
  const rule = (value: string) => `{"name":"x","where":[{"column":"id","operator":"=","value":${value}}]}`
  const policy = (value: string) =>
    `{"policies":[{"name":"o","subject":"o","age":{"column":"a","days":1},"keep":[${rule(value)}]}]}`
  assert.deepEqual(await problemsOf(t, policy('9007199254740993')), [
    'policies[0].keep[0].where[0].value: is beyond 2^53; write it as a text',
  ])
  const exact = await load(t, policy('"9007199254740993"'))
  assert.equal(exact.policies[0]?.keep[0]?.where[0]?.value, '9007199254740993')
})

test('names that PostgreSQL would cut or misread are refused', async (t) => {
  const subject = async (name: string) => (await policyProblems(t, { ...ORDERS, subject: name })).at(0)
  assert.equal(await subject('o"rders'), 'subject: holds a quote, ; or a control character')
  assert.equal(await subject('orders; drop table x'), 'subject: holds a quote, ; or a control character')
  assert.equal(await subject('or\0ders'), 'subject: holds a quote, ; or a control character')
  assert.equal(await subject('o'.repeat(64)), 'subject: has 64 bytes; PostgreSQL keeps 63')
  assert.equal(await subject('a.b.c'), 'subject: has more than one dot')
  assert.match(String(await subject('o'.repeat(60))), /^archiveSuffix: o{60}_backup has 67 bytes/)
})

test('an archive that is its own source, an unknown zone, a circle and two policies for one table are refused', async (t) => {
  const relations = [{ table: 'orders_backup' }]
  assert.match(String(await policyProblems(t, { ...ORDERS, relations })), /is both a source and an archive table/)
  assert.deepEqual(await policyProblems(t, { ...ORDERS, age: { ...ORDERS.age, zone: 'Mars/Base' } }), [
    'age.zone: is not an IANA time zone, such as Africa/Johannesburg',
  ])
  const circle = [
    { table: 'a', parent: 'b' },
    { table: 'b', parent: 'a' },
  ]
  assert.match(String(await policyProblems(t, { ...ORDERS, relations: circle })), /the relations form a cycle/)
  assert.deepEqual(await problemsOf(t, { policies: [ORDERS, { ...ORDERS, name: 'again' }] }), [
    'policies[1].subject: another policy is about public.orders',
  ])
  assert.deepEqual(await problemsOf(t, { policies: [] }), ['policies: is an empty list'])
})

test('an address that is none is refused without being quoted', async (t) => {
  for (const url of ['mysql://u:geheim@h/d', 'geheim', 'postgresql://u:geheim%@h/d']) {
    assert.match(String(await problemsOf(t, { database: { url }, policies: [PRESET] })), /^database.url: /)
    const env = { MOTHBALL_DATABASE_URL: url }
    assert.match((await refusal(load(t, { policies: [PRESET] }, { env }))).message, /^MOTHBALL_DATABASE_URL: /)
  }
})

test('what is no plain data is refused, however it came there', async (t) => {
  const folder = folderWith(t, {
    'date.ts': 'export default { policies: [new Date()] }',
    'none.ts': 'export const config = {}',
    'round.yaml': 'policies: &all\n  - *all\n',
    'tag.yaml': 'policies: !!js/function "x"\n',
    'twice.yaml': 'policies: []\npolicies: []\n',
    'broken.ts': 'export default {{',
    'c.toml': '',
  })
  const told = async (path: string) => (await refusal(loadConfig({ path, folder, env: {} }))).message
  assert.match(await told('date.ts'), /policies\[0\]: is not a plain object/)
  assert.match(await told('none.ts'), /has no default export/)
  assert.match(await told('round.yaml'), /policies\[0\]: holds itself/)
  assert.match(await told('tag.yaml'), /cannot be read: Unresolved tag/)
  assert.match(await told('twice.yaml'), /cannot be read: Map keys must be unique at line 2/)
  assert.match(await told('broken.ts'), /cannot be read: /)
  assert.match(await told('c.toml'), /\.toml is none of \.ts, \.yaml, \.json/)
})

test('a broken JSON file is told by its place, without its content', async (t) => {
  for (const text of ['{"database":{"url":"geheim" x}}', '{"database":{"url":"geheim}}', '{"a":1,"a":"geheim"}']) {
    const error = await refusal(load(t, text))
    assert.equal(error.code, 'config_unreadable')
    assert.match(error.message, /position \d+$|line \d+, column \d+$/)
  }
})

test('every value knows where it came from, and the password is not shown', async (t) => {
  const policy = { ...PRESET, batchSize: 500, age: { days: 6 }, reason: 'for ${WHO}' }
  const { origins } = await load(t, { policies: [policy] }, { env: { MOTHBALL_DATABASE_URL: URL, WHO: 'us' } })
  const from = (field: string) => origins.find((each) => each.field === field)
  assert.deepEqual(from('database.url'), {
    field: 'database.url',
    value: 'postgresql://user:***@host:5432/db',
    origin: 'environment MOTHBALL_DATABASE_URL',
  })
  assert.equal(from('policies[0].batchSize')?.origin, 'c.json')
  assert.equal(from('policies[0].age.days')?.origin, 'c.json')
  assert.equal(from('policies[0].age.column')?.origin, 'preset nic-call-center')
  assert.equal(from('policies[0].guard')?.origin, 'default')
  assert.equal(from('policies[0].reason')?.origin, 'c.json, environment WHO')
  assert.doesNotMatch(JSON.stringify(origins), /geheim/)
})

test('the published schema names every field and forbids all others', () => {
  const text = JSON.stringify(configJsonSchema())
  for (const field of ['"policies"', '"preset"', '"nic_cc_aod.status"', '"batchSize"', '"acceptedTriggers"'])
    assert.ok(text.includes(field), field)
  assert.match(text, /"additionalProperties":false/)
})
