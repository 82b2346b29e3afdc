/** A real SMTP server of a test's own: STARTTLS with a certificate made for it, sign-in, and the mails that came, parsed. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { type ParsedMail, simpleParser } from 'mailparser'
import { SMTPServer } from 'smtp-server'

export type MailServer = Readonly<{
  port: number
  /** PEM of the certificate, which is its own authority. */
  ca: string
  mails: readonly ParsedMail[]
  /** What each mail came through. */
  sessions: readonly Readonly<{ secure: boolean; user: string | null; recipients: readonly string[] }>[]
}>

export type MailServerOptions = Readonly<{
  starttls?: boolean
  /** Answers each mail with this. */
  refuse?: number
}>

export const MAIL_USER = { user: 'mothball', password: 'trial-only' }

/** Listens on loopback as `localhost`, until the test is over. */
export async function mailServer(
  t: TestContext,
  { starttls = true, refuse }: MailServerOptions = {},
): Promise<MailServer> {
  const { key, cert } = certificate(t)
  const mails: ParsedMail[] = []
  const sessions: MailServer['sessions'][number][] = []
  const server = new SMTPServer({
    key,
    cert,
    // Given explicitly, so that a sign-in before TLS is there fails.
    allowInsecureAuth: false,
    disabledCommands: starttls ? [] : ['STARTTLS'],
    authOptional: true,
    onAuth: ({ username, password }, _session, done) =>
      username === MAIL_USER.user && password === MAIL_USER.password
        ? done(null, { user: username })
        : done(Object.assign(new Error('no'), { responseCode: 535 })),
    onData: (stream, session, done) => {
      simpleParser(stream).then((mail) => {
        if (refuse !== undefined)
          return done(Object.assign(new Error('the secret word is geheim'), { responseCode: refuse }))
        mails.push(mail)
        const recipients = session.envelope.rcptTo.map(({ address }) => address)
        sessions.push({
          secure: session.secure,
          user: typeof session.user === 'string' ? session.user : null,
          recipients,
        })
        done()
      }, done)
    },
  })
  // A client that goes away in the middle is the test's business.
  server.on('error', () => undefined)
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  t.after(() => new Promise<void>((closed) => server.close(() => closed())))
  const { port } = server.server.address() as AddressInfo
  return { port, ca: cert, mails, sessions }
}

/** Made anew for each test: no key lies in the repository. */
function certificate(t: TestContext): Readonly<{ key: string; cert: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'mothball-mail-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const words = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost'
  execFileSync(
    'openssl',
    [...words.split(' '), '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', cert],
    {
      stdio: 'ignore',
    },
  )
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
}
