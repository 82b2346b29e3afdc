// When the packages are installed again, and what a person sees then. npm is a stub.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { type ToyClone, toyClone } from './support/toy-clone.ts'

const LOCKED = {
  'node_modules/a': { version: '1.0.0' },
  'node_modules/tool': { version: '2.0.0', dev: true },
  'node_modules/other-platform': { version: '3.0.0', optional: true },
}
const { 'node_modules/other-platform': _, ...INSTALLED } = LOCKED

function ensureInstalled(clone: ToyClone, env: Readonly<Record<string, string>> = {}) {
  const script = join(clone.folder, 'scripts/ensure-installed.mjs')
  const { status, stdout, stderr } = spawnSync(process.execPath, [script], {
    encoding: 'utf8',
    env: { ...clone.env, ...env },
  })
  return { status, stdout, stderr }
}

test('nothing is said or done when the locked packages are installed, another platform apart', (t) => {
  const clone = toyClone(t, LOCKED, INSTALLED)
  assert.deepEqual(ensureInstalled(clone), { status: 0, stdout: '', stderr: '' })
  assert.equal(clone.npmCalls(), '')
})

test('a version that differs from the lock file is installed again, with a line that says so', (t) => {
  const clone = toyClone(t, LOCKED, { ...INSTALLED, 'node_modules/a': { version: '0.9.0' } })
  const { stdout, stderr } = ensureInstalled(clone)
  assert.match(clone.npmCalls(), /^ci .*\n$/)
  assert.equal(stdout, '')
  assert.match(stderr, /^mothball: installing 2 packages, about \d+ s \(a is 0\.9\.0, not 1\.0\.0\)\n/)
})

for (const [what, installed] of [
  ['no packages at all', null],
  ['a missing package', { 'node_modules/tool': { version: '2.0.0' } }],
  ['a missing development package', { 'node_modules/a': { version: '1.0.0' } }],
  ['another version of an optional package', { ...INSTALLED, 'node_modules/other-platform': { version: '2.9.0' } }],
] as const) {
  test(`npm ci runs for ${what}`, (t) => {
    const clone = toyClone(t, LOCKED, installed)
    ensureInstalled(clone)
    assert.match(clone.npmCalls(), /^ci /)
  })
}

test('npm ci runs when the Node 24 package is missing', (t) => {
  const clone = toyClone(t, LOCKED, INSTALLED)
  rmSync(join(clone.folder, 'node_modules/node/bin/node'))
  assert.match(ensureInstalled(clone).stderr, /the Node 24 package is not installed/)
  assert.match(clone.npmCalls(), /^ci /)
})

test('a failed npm ci is told with its words and its exit code, on stderr', (t) => {
  const clone = toyClone(t, LOCKED, null)
  const { status, stdout, stderr } = ensureInstalled(clone, { NPM_EXIT: '7' })
  assert.equal(status, 1)
  assert.equal(stdout, '')
  assert.match(stderr, /npm says hello\nmothball: npm ci failed with exit code 7\./)
})

test('an npm ci that leaves something out is not taken for a success', (t) => {
  const clone = toyClone(t, LOCKED, null)
  const { status, stderr } = ensureInstalled(clone)
  assert.equal(status, 1)
  assert.match(stderr, /npm ci ended well, but no packages are installed\./)
})
