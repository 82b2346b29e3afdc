/** What each field of the section `notify` means. */
import { reference } from './markdown.ts'
import type { FieldWords } from './policy-words.ts'

export const NOTIFY_WORDS: Readonly<Record<string, FieldWords>> = {
  notify: {
    default: 'nobody is told',
    meaning: 'Who is told what, when and by which way: [be told](../how-to/be-told.md).',
  },
  'notify.zone': {
    type: 'IANA zone',
    default: "the policy's, else the database's",
    meaning: 'In which times are told, and summaries are due.',
  },
  'notify.locale': { type: 'language tag', meaning: 'How figures and days are written; the words are English.' },
  'notify.title': { meaning: 'Stands in brackets before every subject: `[TRIAL]`.' },
  'notify.link': { type: 'address', meaning: 'Address of the dashboard, shown below every message.' },
  'notify.channels': { type: 'list', meaning: 'Ways to people.' },
  'notify.channels[].kind': {
    type: '`email`, `slack` or `teams`',
    meaning: '`slack`: an incoming webhook. `teams`: a workflow that posts an Adaptive Card.',
  },
  'notify.channels[].name': {
    type: 'lower-case letters, digits and dashes',
    meaning: 'What the channel is called in commands and in the journal.',
  },
  'notify.channels[].alerts': {
    type: '`true` or `false`; list of `failed`, `partial`, `missed`, `refused`, `guard`, `drift`, `policy-changed`',
    meaning: 'What is told at once. Who heard that something is wrong also hears that it is over.',
  },
  'notify.channels[].digests': {
    type: 'list of `daily`, `weekly`, `monthly`',
    default: '`daily`',
    meaning: 'Summaries that go to this channel.',
  },
  'notify.channels[].from': { type: 'e-mail address', meaning: 'Sender of the mails.' },
  'notify.channels[].to': { type: 'list of e-mail addresses', meaning: 'Who gets them.' },
  'notify.channels[].smtp': { meaning: 'The mail server.' },
  'notify.channels[].smtp.host': { meaning: 'Its name, as its certificate has it.' },
  'notify.channels[].smtp.port': { meaning: 'Its port.' },
  'notify.channels[].smtp.security': {
    meaning:
      '`starttls`: plain at first, and nothing is sent before TLS is there. `tls`: from the first byte (port 465). ' +
      '`none`: in the open; without a password only.',
  },
  'notify.channels[].smtp.user': { default: 'none', meaning: 'Who signs in, together with `password`.' },
  'notify.channels[].smtp.password': { default: 'none', meaning: `As ${reference('SMTP_PASSWORD')}.` },
  'notify.channels[].smtp.ca': {
    default: "the system's authorities",
    meaning: `Certificate of an authority of your own, PEM: ${reference('file:/etc/ssl/company-ca.pem')}.`,
  },
  'notify.channels[].url': {
    type: 'address',
    meaning:
      `As ${reference('SLACK_WEBHOOK')}: whoever has it may write. \`https\`, and no private, loopback or link-local ` +
      'address, unless its host stands in `notify.allow`.',
  },
  'notify.daily': { default: 'as below', meaning: 'The summary of each day.' },
  'notify.daily.at': { type: '`HH:MM`', meaning: 'When it is due.' },
  'notify.weekly': { default: 'as below', meaning: 'The summary of each week.' },
  'notify.weekly.at': { type: '`HH:MM`', meaning: 'When it is due.' },
  'notify.weekly.day': { meaning: 'On which day.' },
  'notify.monthly': {
    default: 'as below',
    meaning: 'The summary of each month, with all days as CSV; due on the first.',
  },
  'notify.monthly.at': { type: '`HH:MM`', meaning: 'When it is due.' },
  'notify.allow': { type: 'list of hosts', meaning: 'Hosts of webhooks that may be private, and spoken to by `http`.' },
  'notify.timeoutMs': { meaning: 'How long one attempt to send may take.' },
}
