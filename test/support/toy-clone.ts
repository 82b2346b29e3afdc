/**
 * A clone in a temporary folder with our real bin/ and scripts/, a stub in place of the program, and a stub in place
 * of npm that writes down how it was called. Nothing is installed, so the tests need no network.
 */
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

type Packages = Readonly<Record<string, Readonly<{ version?: string; optional?: boolean; dev?: boolean }>>>

export type ToyClone = Readonly<{
  folder: string
  /** PATH with the npm stub first. */
  env: Readonly<Record<string, string>>
  write(path: string, text: string): void
  /** Arguments of each call of npm, a line each; it leaves with exit code `NPM_EXIT` of the environment. */
  npmCalls(): string
}>

/** Installed: the packages of node_modules, or null for a clone without any. */
export function toyClone(t: TestContext, locked: Packages, installed: Packages | null): ToyClone {
  const folder = mkdtempSync(join(tmpdir(), 'mothball-clone-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const write = (path: string, text: string) => {
    mkdirSync(join(folder, path, '..'), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  for (const part of ['bin', 'scripts']) cpSync(join(ROOT, part), join(folder, part), { recursive: true })
  write('package.json', '{ "name": "toy", "type": "module" }')
  write('package-lock.json', JSON.stringify({ packages: { '': {}, ...locked } }))
  if (installed !== null) {
    write('node_modules/.package-lock.json', JSON.stringify({ packages: installed }))
    mkdirSync(join(folder, 'node_modules/node/bin'), { recursive: true })
    symlinkSync(process.execPath, join(folder, 'node_modules/node/bin/node'))
  }
  write('calls', '')
  write('stubs/npm', `#!/bin/sh\necho "$@" >> ${folder}/calls\necho "npm says hello"\nexit "\${NPM_EXIT:-0}"\n`)
  chmodSync(join(folder, 'stubs/npm'), 0o755)
  return {
    folder,
    env: { PATH: `${join(folder, 'stubs')}:${process.env['PATH']}` },
    write,
    npmCalls: () => readFileSync(join(folder, 'calls'), 'utf8'),
  }
}
