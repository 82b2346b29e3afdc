// `mothball serve` in a process of its own, on several databases, and telling people of what its runs did.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { type TestContext, test } from 'node:test'
import { createKey } from '../../src/engine/keys.ts'
import { buildDashboard } from '../support/built-dashboard.ts'
import { type CallCenter, callCenter } from '../support/call-center.ts'
import { eventually } from '../support/eventually.ts'
import { MAIL_USER, mailServer } from '../support/mail-server.ts'
import { program } from '../support/program.ts'

const keyOf = async ({ engine }: CallCenter): Promise<string> =>
  (await createKey(engine, { name: 'desk', as: 'admin', actor: 'test' })).key

/** Started, and ended by the test's end; `ask` calls with the key. */
async function served(t: TestContext, center: CallCenter, config: object, env: Readonly<Record<string, string>> = {}) {
  const { child, ended } = program(t, center.db, config, env).start('serve', '--no-schedule')
  const [line] = await once(createInterface(child.stdout), 'line')
  const { url }: { url: string } = JSON.parse(String(line))
  const ask = async (path: string, { key, ...init }: RequestInit & { key?: string } = {}) => {
    const headers = {
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(init.body === undefined ? {} : { 'content-type': 'application/json' }),
    }
    const response = await fetch(`${url}${path}`, { ...init, headers })
    const text = await response.text()
    return { status: response.status, headers: response.headers, json: JSON.parse(text) }
  }
  const end = async () => {
    child.kill('SIGTERM')
    return ended
  }
  return { url, ask, end }
}

test('several databases have an API each: their own keys, runs and addresses', async (t) => {
  const [east, west] = [await callCenter(t, { policy: { guard: 1 } }), await callCenter(t, { policy: { guard: 1 } })]
  await east.customer(90)
  await west.customer(90)
  const [eastern, western] = [await keyOf(east), await keyOf(west)]
  const databases = { east: { url: east.db.url }, west: { url: west.db.url } }
  const config = { databases, policies: [{ preset: 'nic-call-center', guard: 1 }], http: { port: 0 } }
  buildDashboard()
  const { url, ask, end } = await served(t, east, config, { MOTHBALL_DATABASE_URL: '' })

  assert.deepEqual((await ask('/databases')).json, { databases: ['east', 'west'] })
  const entrance = await (await fetch(`${url}/dashboard/`)).text()
  assert.match(entrance, /href="\/databases\/west\/dashboard\/"/, 'who opens the address chooses a database')
  const page = await fetch(`${url}/databases/west`)
  assert.deepEqual([page.status, new URL(page.url).pathname], [200, '/databases/west/dashboard/'])
  assert.match(await page.text(), /src="\/databases\/west\/dashboard\/assets\//)
  assert.deepEqual((await ask('/readyz')).json, { status: 'ok', waiting: [] })
  const policy = { policy: 'nic-call-center' }
  const started = await ask('/databases/east/api/v1/runs', {
    key: eastern,
    method: 'POST',
    body: JSON.stringify(policy),
  })
  assert.equal(started.status, 202, JSON.stringify(started.json))
  const where = started.headers.get('location') ?? ''
  assert.match(where, /^\/databases\/east\/api\/v1\/runs\/1\?/)
  await eventually('it has run', async () => (await ask(where, { key: eastern })).json.run.status === 'success')
  assert.deepEqual([await east.count('nic_cc_customer'), await west.count('nic_cc_customer')], [0, 1])

  const stranger = await ask('/databases/west/api/v1/runs', { key: eastern })
  assert.deepEqual([stranger.status, stranger.json['type']], [401, '/databases/west/errors/key_invalid'])
  assert.deepEqual((await ask('/databases/west/api/v1/runs', { key: western })).json.runs, [])
  assert.deepEqual((await ask('/databases/east/openapi.json')).json['servers'], [{ url: '/databases/east' }])
  assert.equal((await end()).code, 0)
})

test('whoever is to be told hears once of a run that serve has made', async (t) => {
  const center = await callCenter(t, { policy: { guard: 1 } })
  await center.customer(90)
  // A row that cannot be archived makes the run one that people are told of at once.
  await center.db.query(`insert into nic_cc_customer_backup (id, name, created_at, archived_at, archived_by, archive_reason)
    select id, 'another', created_at, now(), 'hand', 'hand' from nic_cc_customer`)
  const key = await keyOf(center)
  const mail = await mailServer(t)
  const ops = {
    kind: 'email',
    name: 'ops',
    digests: [],
    from: 'mothball@example.com',
    to: ['ops@example.com'],
    smtp: { host: 'localhost', port: mail.port, ca: mail.ca, ...MAIL_USER },
  }
  const config = {
    policies: [{ preset: 'nic-call-center', guard: 1 }],
    http: { port: 0 },
    notify: { channels: [ops] },
  }
  const { ask, end } = await served(t, center, config)
  await ask('/api/v1/runs', { key, method: 'POST', body: JSON.stringify({ policy: 'nic-call-center' }) })
  await eventually('a mail has come', () => mail.mails.length > 0)
  assert.equal((await end()).code, 0)
  const subjects = mail.mails.map(({ subject }) => subject ?? '')
  assert.equal(subjects.length, 1, subjects.join('; '))
  assert.match(subjects[0] ?? '', /nic-call-center/)
})
