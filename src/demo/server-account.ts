/**
 * PostgreSQL refuses to run as root. This file says as whom the embedded server runs: as ourselves when we are an
 * ordinary user, else as `postgres`, or `nobody` where there is no such user.
 */
import { readFileSync } from 'node:fs'

/** Ids in the form that `child_process.spawn` and `chown` take. */
export type ServerAccount = Readonly<{ uid: number; gid: number }>

/** Lines of /etc/passwd: name:password:uid:gid:... */
function accountIn(passwd: string, name: string): ServerAccount | null {
  const line = passwd.split('\n').find((candidate) => candidate.startsWith(`${name}:`))
  const [, , uid, gid] = line?.split(':') ?? []
  return uid === undefined || gid === undefined ? null : { uid: Number(uid), gid: Number(gid) }
}

/** Whom to become, or null when the server can run as ourselves. Throws when we are root and there is nobody else. */
export function serverAccount(): ServerAccount | null {
  if (process.getuid?.() !== 0) return null
  const passwd = readFileSync('/etc/passwd', 'utf8')
  const account = accountIn(passwd, 'postgres') ?? accountIn(passwd, 'nobody')
  if (account === null) {
    throw new Error('postgresql does not run as root and this machine has no user named postgres or nobody')
  }
  return account
}

/**
 * A new connection's process touches some 16 MB for the first time, page by page, and gives much of it back after each
 * statement only to ask again: with large pages (Linux, where the machine offers them) that it keeps, reading the
 * catalog of a family for the first time takes half of the time. Elsewhere nobody reads it.
 */
const MEMORY = [
  'glibc.malloc.hugetlb=1',
  'glibc.malloc.trim_threshold=134217728',
  'glibc.malloc.mmap_threshold=33554432',
].join(':')

/** What the server's programs get to see of our environment: none of the PG... variables, and messages in English. */
export const serverEnvironment = (): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  LC_ALL: 'C',
  GLIBC_TUNABLES: MEMORY,
})
