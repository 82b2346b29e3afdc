/** The dashboard as `npm run build` makes it: once for all tests, and again where what it is made of has changed. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const BUILD = fileURLToPath(new URL('../../scripts/build.ts', import.meta.url))

export const BUILT = new URL('../../dist/dashboard/', import.meta.url)

export function buildDashboard(): void {
  const { status, stderr } = spawnSync(process.execPath, [BUILD, '--if-stale'], { encoding: 'utf8' })
  assert.equal(status, 0, stderr)
}
