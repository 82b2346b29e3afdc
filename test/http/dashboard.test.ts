// The dashboard's files as a browser asks for them, over a real socket.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { dashboardFiles } from '../../src/http/dashboard-files.ts'
import { BUILT, buildDashboard } from '../support/built-dashboard.ts'
import { callCenter } from '../support/call-center.ts'
import { assertProblem, testService } from '../support/service.ts'

const MOST_SCRIPT_BYTES = 200 * 1024

test('every address of the dashboard opens it, and no other address does', async (t) => {
  buildDashboard()
  const { call } = await testService(t, await callCenter(t))
  const pages = await Promise.all(
    ['', 'runs/7', 'customers/5%2F6', 'no/such/page'].map((path) => call(`GET /dashboard/${path}`, { as: null })),
  )
  const nonces = pages.map(({ status, headers, text }) => {
    assert.equal(status, 200)
    assert.equal(headers.get('cache-control'), 'no-store')
    const nonce = /name="style-nonce" content="([^"]+)"/.exec(text)?.[1] ?? ''
    const policy = headers.get('content-security-policy') ?? ''
    assert.ok(policy.includes(`style-src 'self' 'nonce-${nonce}'`), policy)
    assert.match(policy, /script-src 'self';/)
    assert.doesNotMatch(text, /<script(?![^>]+src=)|<style|\son\w+=/)
    return nonce
  })
  assert.equal(new Set(nonces).size, nonces.length, 'a nonce is never used twice')
  for (const path of ['/runs/7', '/dashboards', '/api/v1/nothing'])
    assertProblem(await call(`GET ${path}`), 'route_unknown', 404)
})

test('files with their hash in the name are kept for ever, and nothing beside the build is ever served', async (t) => {
  buildDashboard()
  const { call } = await testService(t, await callCenter(t))
  const { text } = await call('GET /dashboard/', { as: null })
  const assets = [...text.matchAll(/"(\/dashboard\/assets\/[^"]+)"/g)].map(([, path = '']) => path)
  assert.equal(assets.length, 3)
  for (const path of assets) {
    const { status, headers } = await call(`GET ${path}`, { as: null })
    assert.deepEqual([status, headers.get('cache-control')], [200, 'public, max-age=31536000, immutable'], path)
    assert.match(headers.get('content-type') ?? '', /^(text\/(javascript|css)|image\/svg)/)
    assert.equal(headers.get('content-encoding'), 'gzip')
  }
  for (const path of ['made-of.txt', '..%2Findex.html', '..%2F..%2F..%2Fpackage.json', 'index.js', '__proto__'])
    assertProblem(await call(`GET /dashboard/assets/${path}`, { as: null }), 'route_unknown', 404)
})

test('a running service shows a newer build, and still has what an open page of the older one asks for', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'dashboard-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const build = (name: string) => {
    mkdirSync(join(folder, 'assets'))
    writeFileSync(join(folder, 'index.html'), name)
    writeFileSync(join(folder, 'assets', name), `// ${name}`)
  }
  const files = dashboardFiles(folder)
  assert.throws(() => files.page(), { code: 'dashboard_missing' })
  build('one.js')
  assert.equal(files.page(), 'one.js')
  rmSync(join(folder, 'assets'), { recursive: true })
  build('two.js')
  assert.equal(files.page(), 'two.js')
  assert.deepEqual(
    ['one.js', 'two.js', 'three.js'].map((name) => files.asset(name)?.plain.toString()),
    ['// one.js', '// two.js', undefined],
  )
})

test('the script of the first load is at most 200 KB packed', () => {
  buildDashboard()
  const page = readFileSync(new URL('index.html', BUILT), 'utf8')
  const scripts = readdirSync(new URL('assets/', BUILT)).filter((name) => name.endsWith('.js') && page.includes(name))
  const bytes = scripts.map((name) => gzipSync(readFileSync(new URL(`assets/${name}`, BUILT))).length)
  const sum = bytes.reduce((all, each) => all + each, 0)
  assert.ok(sum > 0 && sum <= MOST_SCRIPT_BYTES, `${sum} bytes`)
})
