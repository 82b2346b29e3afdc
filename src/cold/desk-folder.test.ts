import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { openDeskFolder } from './desk-folder.ts'

/** A folder for temporary files of the test's own. */
function ownFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'mothball-desks-'))
  const before = process.env['TMPDIR']
  process.env['TMPDIR'] = folder
  t.after(() => {
    if (before === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = before
    rmSync(folder, { recursive: true })
  })
  return folder
}

/** One that has ended. */
function deadProcess(): number {
  const { pid } = spawnSync(process.execPath, ['--version'])
  return pid
}

test('the folder of a desk is its owner’s alone, and of this process', async (t) => {
  const folder = ownFolder(t)
  const desk = await openDeskFolder()
  assert.deepEqual(readdirSync(folder), [basename(desk)])
  assert.equal(statSync(desk).mode & 0o777, 0o700)
  assert.ok(basename(desk).includes(`-${process.pid}-`))
})

test('what a killed process has left is removed by the next; what is another’s stays', async (t) => {
  const folder = ownFolder(t)
  const mine = await openDeskFolder()
  const left = join(folder, basename(mine).replace(`-${process.pid}-`, `-${deadProcess()}-`))
  const others = [
    basename(left).replace('mothball-cold-', 'mothball-cold-elsewhere-'),
    basename(mine).replace(`-${process.pid}-`, '-none-'),
    basename(mine).replace(`-${process.pid}-`, `-${deadProcess()}-${process.pid}-`),
    `mothball-suite-${deadProcess()}-abc`,
  ].map((name) => join(folder, name))
  for (const path of [left, ...others]) {
    mkdirSync(path)
    writeFileSync(join(path, '1.csv'), 'a customer')
  }
  const next = await openDeskFolder()
  assert.ok(!existsSync(left))
  for (const path of [mine, next, ...others]) assert.ok(existsSync(path), path)
})

test('what another process of our number has left is removed: a container that starts again has the same', async (t) => {
  const folder = ownFolder(t)
  const mine = await openDeskFolder()
  const left = join(folder, basename(mine).replace(/[^-]+$/, 'before'))
  mkdirSync(left)
  await openDeskFolder()
  assert.deepEqual([existsSync(mine), existsSync(left)], [true, false])
})
