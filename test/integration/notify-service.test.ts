// A service that tells by itself, through a real webhook, and the commands about messages as a user starts them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { openTellingArchiver } from '../../src/compose-telling.ts'
import { notifySchema } from '../../src/core/notify-schema.ts'
import { callCenter } from '../support/call-center.ts'
import { eventually } from '../support/eventually.ts'
import { listOf, program, sampleDatabase } from '../support/program.ts'
import { type WebhookServer, webhookServer } from '../support/webhook-server.ts'

const bodySchema = z.object({ text: z.string() })
const textsOf = ({ bodies }: WebhookServer) => bodies.map((body) => bodySchema.parse(body).text)
const sectionFor = ({ url }: WebhookServer) => ({
  allow: ['localhost'],
  channels: [{ kind: 'slack', name: 'chat', url, digests: [] }],
})

test('a service tells at once what happened in it, and what others left untold', async (t) => {
  const center = await callCenter(t, { policy: { guard: 1 } })
  const key = await center.customer(90)
  await center.db.query(`insert into nic_cc_customer_backup (id) values (${key})`)
  const server = await webhookServer(t)
  const notify = notifySchema.parse(sectionFor(server))
  const config = { database: { url: center.db.url }, policies: [center.policy], notify }
  await using archiver = openTellingArchiver(config, { rounds: true })
  await archiver.run(center.policy)
  await eventually('the alert has come', () => server.bodies.length === 1)
  assert.deepEqual(textsOf(server), ['FAILED nic-call-center: 0 archived, 1 failed, 0 skipped in run 1'])
})

test('mothball notify test, and a run without a terminal that tells of itself', async (t) => {
  const db = await sampleDatabase(t, { migrated: true })
  const server = await webhookServer(t)
  const config = { policies: [{ preset: 'nic-call-center', guard: 0.01 }], notify: sectionFor(server) }
  const mothball = program(t, db, config)
  const tested = await mothball.json('notify', 'test')
  assert.equal(tested.code, 0, tested.stderr)
  assert.deepEqual(listOf(tested.last['channels']), [{ channel: 'chat', kind: 'slack', problem: null }])
  assert.equal((await mothball.json('notify', 'test', '--channel', 'none')).last['code'], 'channel_unknown')
  assert.equal((await mothball.json('run', '--yes')).last['code'], 'guard_exceeded')
  assert.match(textsOf(server)[1] ?? '', /^GUARD nic-call-center: a run did not begin/)
  const listed = await mothball.json('notify', 'list')
  assert.deepEqual(
    listOf(listed.last['notices']).map(({ kind, verdict }) => [kind, verdict]),
    [['guard', 'GUARD']],
  )
  assert.doesNotMatch((await mothball.plain('config', '--origin')).stdout, new RegExp(server.url))
  const told = await mothball.plain('statistics')
  assert.match(told.stdout, /^nic-call-center {2}\d{4}-\d\d-\d\d to /)
})

test('a channel that does not answer is named with its reason, and the command fails', async (t) => {
  const db = await sampleDatabase(t, { migrated: true })
  const server = await webhookServer(t, (_request, response) => void response.writeHead(404).end('no_team: geheim'))
  const mothball = program(t, db, { policies: [{ preset: 'nic-call-center' }], notify: sectionFor(server) })
  const tested = await mothball.plain('notify', 'test')
  assert.equal(tested.code, 1)
  assert.equal(tested.stdout, 'failed  chat (slack): http_404\n')
})
