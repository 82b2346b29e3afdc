/** What the database can refuse or lack. Carries SQLSTATE and object names only, never a message with row data. */
import { EXIT, errorTable } from './error.ts'

/** The server was there, and said no: by SQLSTATE, or by what the driver lacked. */
const UNREACHABLE: Readonly<Record<string, string>> = {
  password_missing: 'the server asks for a password, and none was given',
  '28P01': 'the server refuses the password of this user (28P01)',
  '28000': 'the server refuses this user (28000)',
  '3D000': 'the server has no database of this name (3D000)',
}

export const databaseErrors = errorTable({
  database_unreachable: {
    message: ({ cause }) => UNREACHABLE[String(cause)] ?? `the database cannot be reached (${cause})`,
    hint: ({ cause }) =>
      cause === 'password_missing'
        ? 'Put it into the URL (`postgresql://user:password@host/database`), or into PGPASSWORD.'
        : 'Check that it runs and that the URL, user and password are right.',
    exit: EXIT.failed,
    http: 503,
  },
  connection_lost: {
    message: () => 'the connection to the database was lost',
    hint: () => 'Run the command again: every batch is whole or not there at all.',
    exit: EXIT.failed,
    http: 503,
  },
  statement_failed: {
    message: ({ sqlstate, object }) => `a statement failed with SQLSTATE ${sqlstate}${object ? ` on ${object}` : ''}`,
    hint: ({ sqlstate }) =>
      sqlstate === '53100'
        ? 'A disk of the server is full: make room there, then repeat it; what committed stands, the rest was not touched.'
        : "Look the SQLSTATE up in PostgreSQL's appendix A; the server's log has the statement.",
    exit: EXIT.failed,
    http: 500,
  },
  privilege_missing: {
    message: ({ object }) => `a privilege is missing${object ? ` on ${object}` : ''} (SQLSTATE 42501)`,
    hint: () => 'Run `mothball doctor` for the GRANTs that are needed.',
    exit: EXIT.failed,
    http: 500,
  },
  server_too_old: {
    message: ({ version }) => `the server is PostgreSQL ${version}; 14 is the oldest that has what a batch needs`,
    hint: () => 'Use PostgreSQL 14 to 18.',
    exit: EXIT.refused,
    http: 500,
  },
  server_not_primary: {
    message: () => 'the server is a standby or read-only',
    hint: () => 'Point the URL at the primary.',
    exit: EXIT.refused,
    http: 500,
  },
  fsync_off: {
    message: () => 'the server runs with fsync = off and may lose what it has committed',
    hint: () => 'Set fsync = on; Mothball deletes rows only where a commit is durable.',
    exit: EXIT.refused,
    http: 500,
  },
  journal_missing: {
    message: () => 'the journal (schema mothball) is not there',
    hint: () => 'Run `mothball migrate` first.',
    exit: EXIT.refused,
    http: 500,
  },
  journal_outdated: {
    message: ({ found, needed }) => `the journal is at version ${found}, this program needs ${needed}`,
    hint: () => 'Run `mothball migrate` first.',
    exit: EXIT.refused,
    http: 500,
  },
  journal_newer: {
    message: ({ found, known }) => `the journal is at version ${found}, this program knows up to ${known}`,
    hint: () => 'Use the program that made it, or a newer one.',
    exit: EXIT.refused,
    http: 500,
  },
})
