// Mails through a real SMTP server: STARTTLS, sign-in, and what arrives, parsed.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { notifySchema } from '../../src/core/notify-schema.ts'
import { DeliveryProblem } from '../../src/notify/channel.ts'
import { channelsOf } from '../../src/notify/channels.ts'
import { MAIL_USER, type MailServer, mailServer } from '../support/mail-server.ts'
import { everyMessage, POISON } from '../support/told.ts'

type Smtp = Readonly<Record<string, unknown>>

function channelTo({ port, ca }: MailServer, smtp: Smtp = {}) {
  const config = notifySchema.parse({
    timeoutMs: 5_000,
    channels: [
      {
        kind: 'email',
        name: 'ops',
        from: 'mothball@example.com',
        to: ['ops@example.com', 'thandi@example.com'],
        smtp: { host: 'localhost', port, ca, ...MAIL_USER, ...smtp },
      },
    ],
  })
  const [channel] = channelsOf(config)
  assert.ok(channel)
  return channel
}

const MESSAGES = everyMessage('nic-call-center')

async function problemOf(t: TestContext, sending: Promise<void>): Promise<string> {
  const error = await sending.then(
    () => assert.fail('it was sent'),
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof DeliveryProblem, String(error))
  t.diagnostic(error.code)
  return error.code
}

test('a mail comes over TLS, signed in, with text, HTML and a subject that says it all', async (t) => {
  const server = await mailServer(t)
  const { daily } = MESSAGES
  assert.ok(daily)
  await channelTo(server).send(daily, 'mothball-7-20261201')
  const [mail] = server.mails
  assert.deepEqual(server.sessions, [
    { secure: true, user: MAIL_USER.user, recipients: ['ops@example.com', 'thandi@example.com'] },
  ])
  assert.equal(mail?.subject, 'FAILED nic-call-center: 2,000 archived, 1 failed, Tue 1 Dec')
  assert.equal(mail?.messageId, '<mothball-7-20261201@example.com>')
  assert.equal(mail?.headers.get('auto-submitted'), 'auto-generated')
  assert.match(mail?.text ?? '', /Next:\n {2}mothball history 390\n/)
  assert.match(mail?.text ?? '', /Archived per day, last 30 days\n {2}[▁▂▃▄▅▆▇█·]{30}\n/)
  assert.match(String(mail?.html), /<h1[^>]*>nic-call-center: 2,000 archived, 1 failed, Tue 1 Dec\.<\/h1>/)
})

test('the month comes with all its days as a table', async (t) => {
  const server = await mailServer(t)
  const { monthly } = MESSAGES
  assert.ok(monthly)
  await channelTo(server).send(monthly, 'x')
  const [file] = server.mails[0]?.attachments ?? []
  assert.equal(file?.filename, 'mothball-nic-call-center-2026-11.csv')
  const lines = file?.content.toString('utf8').split('\r\n') ?? []
  assert.equal(lines[0], '\uFEFFday,runs,success,partial,failed,dry_runs,archived,subjects_failed,skipped,restored')
  assert.equal(lines.length, 32, 'the head, 30 days, and the end of the last line')
  assert.match(lines[1] ?? '', /^2026-11-01,1,/)
})

test('no name gets out of its place: into a header, another mail, or the markup', async (t) => {
  const server = await mailServer(t)
  const channel = channelTo(server)
  for (const name of POISON) {
    const { failed } = everyMessage(name)
    assert.ok(failed)
    await channel.send(failed, 'x')
  }
  assert.equal(server.mails.length, POISON.length)
  for (const [at, mail] of server.mails.entries()) {
    assert.equal(mail.bcc, undefined)
    assert.deepEqual(server.sessions[at]?.recipients, ['ops@example.com', 'thandi@example.com'])
    assert.ok((mail.subject ?? '').length <= 180)
    assert.doesNotMatch(String(mail.html), /<script|<img|<at>/)
  }
})

test('without TLS nothing is said: no password, no mail', async (t) => {
  const server = await mailServer(t, { starttls: false })
  const { failed } = MESSAGES
  assert.ok(failed)
  assert.equal(await problemOf(t, channelTo(server).send(failed, 'x')), 'etls')
  assert.equal(server.mails.length, 0)
  await channelTo(server, { security: 'none', user: null, password: null }).send(failed, 'x')
  assert.deepEqual([server.sessions[0]?.secure, server.sessions[0]?.user], [false, null])
})

test('what goes wrong is a code, without the words of the server', async (t) => {
  const server = await mailServer(t)
  const { failed } = MESSAGES
  assert.ok(failed)
  assert.equal(await problemOf(t, channelTo(server, { password: 'wrong' }).send(failed, 'x')), 'smtp_535')
  const strange = await problemOf(t, channelTo(server, { ca: null }).send(failed, 'x'))
  assert.match(strange, /^(etls|esocket|econnection)$/, 'a certificate that nobody vouches for')
  const refusing = await mailServer(t, { refuse: 452 })
  assert.equal(await problemOf(t, channelTo(refusing).send(failed, 'x')), 'smtp_452')
  const closed = { ...server, port: 1 }
  assert.match(await problemOf(t, channelTo(closed).send(failed, 'x')), /^(esocket|econnection|econnrefused)$/)
})
