/**
 * E-mail over SMTP: text and HTML in one mail, the same Message-ID at every attempt. With STARTTLS the server has to
 * speak TLS before it hears a password or a message; its certificate is checked.
 */
import { createTransport } from 'nodemailer'
import type { Message } from '../core/message.ts'
import type { EmailConfig } from '../core/notify-schema.ts'
import { type Channel, DeliveryProblem } from './channel.ts'
import { htmlOf } from './html.ts'
import { textOf } from './text.ts'

export function emailChannel(config: EmailConfig, timeoutMs: number): Channel {
  return {
    name: config.name,
    kind: 'email',
    send: async (message, id) => {
      const transport = createTransport(transportOf(config, timeoutMs))
      try {
        await transport.sendMail(mailOf(config, message, id))
      } catch (error) {
        throw new DeliveryProblem(codeOf(error), { cause: error })
      } finally {
        transport.close()
      }
    },
  }
}

function transportOf({ smtp }: EmailConfig, timeoutMs: number) {
  const { host, port, security, user, password, ca } = smtp
  return {
    host,
    port,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    ...(user === null || password === null ? {} : { auth: { user, pass: password } }),
    tls: { minVersion: 'TLSv1.2' as const, ...(ca === null ? {} : { ca }) },
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    // Nothing of a message names a file or an address to fetch.
    disableFileAccess: true,
    disableUrlAccess: true,
  }
}

const mailOf = ({ from, to }: EmailConfig, message: Message, id: string) => ({
  from: { name: 'Mothball', address: from },
  to: [...to],
  subject: message.subject,
  text: textOf(message),
  html: htmlOf(message),
  messageId: `<${id}@${from.split('@')[1] ?? 'mothball'}>`,
  headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
  ...(message.attachment === null
    ? {}
    : {
        attachments: [
          {
            filename: message.attachment.name,
            content: message.attachment.csv,
            contentType: 'text/csv; charset=utf-8',
          },
        ],
      }),
})

/** nodemailer's code (EAUTH, ETLS, ETIMEDOUT, ...), and the server's number where it gave one; never its words. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unreachable'
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  // A server that knows no STARTTLS answers it with some number, which would explain nothing.
  if (code === 'ETLS') return 'etls'
  const response = 'responseCode' in error && typeof error.responseCode === 'number' ? error.responseCode : null
  if (response !== null) return `smtp_${response}`
  return /^[A-Z_]{2,40}$/.test(code) ? code.toLowerCase() : 'unreachable'
}
