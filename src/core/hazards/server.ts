/** The server itself: new enough, writable, durable when it says that it has committed, and true to its foreign keys. */
import { type Finding, type Findings, mergeFindings } from '../finding.ts'
import { OLDEST_SERVER } from '../table.ts'
import { type HazardInput, refuse, warn } from './hazard.ts'

export const serverHazards = (input: HazardInput): Findings =>
  mergeFindings(refuse(serverRefusals(input)), warn(serverWarnings(input)))

function serverRefusals({ catalog: { server } }: HazardInput): readonly Finding[] {
  const found: readonly (Finding | false)[] = [
    server.version < OLDEST_SERVER && {
      code: 'server_too_old',
      object: server.database,
      message: `the server is PostgreSQL ${server.versionText}; 14 is the oldest that has what a batch needs`,
      hint: 'Use PostgreSQL 14 to 18.',
    },
    !server.primary && {
      code: 'server_not_primary',
      object: server.database,
      message: 'the server is a standby, or read-only by its settings',
      hint: "Point the URL at the primary; set default_transaction_read_only to off for the program's role.",
    },
    !server.fsync && {
      code: 'fsync_off',
      object: server.database,
      message: 'the server runs with fsync = off and may lose what it has committed',
      hint: 'Run `alter system set fsync = on;` and `select pg_reload_conf();`.',
    },
    !server.origin && {
      code: 'replica_role',
      object: server.database,
      message: `session_replication_role is replica for ${server.user}, so no foreign key holds for what we write, and triggers fire that are off otherwise`,
      hint: "Set session_replication_role to origin for the program's role and database.",
    },
  ]
  return found.filter((finding) => finding !== false)
}

const serverWarnings = ({ catalog: { server } }: HazardInput): readonly Finding[] =>
  server.encoding === 'SQL_ASCII'
    ? [
        {
          code: 'encoding_unknown',
          object: server.database,
          message:
            'the encoding of the database is SQL_ASCII: a text that is no UTF-8 moves and comes home as it is, but is neither shown nor exported',
          hint: 'Move to a database in UTF8 before the first export: dump this one, mend such texts, and restore it there.',
        },
      ]
    : []
