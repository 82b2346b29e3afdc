/**
 * The dashboard's files, as `npm run build` made them, under a path of their own. Every page of it is the same HTML with
 * a fresh nonce for its styles; files whose name carries their hash may be kept for ever, and nothing else. What is no
 * file of the build is never looked for on the disk.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Context } from 'hono'
import { MothballError } from '../core/errors/index.ts'
import type { App, Env, Service } from './environment.ts'

const BUILT = fileURLToPath(new URL('../../dist/dashboard/', import.meta.url))
const FOREVER = 'public, max-age=31536000, immutable'

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

export function registerDashboard(app: App, _service: Service): void {
  let assets: ReadonlyMap<string, Buffer<ArrayBuffer>> | null = null
  app.get('/', (c) => c.redirect('dashboard/'))
  app.get('/dashboard', (c) => c.redirect('dashboard/'))
  app.get('/dashboard/assets/:name', (c) => {
    assets ??= readAssets()
    const name = c.req.param('name')
    const content = assets.get(name)
    const type = TYPES[extname(name)]
    if (content === undefined || type === undefined) throw new MothballError('route_unknown')
    return c.body(content, 200, { 'Content-Type': type, 'Cache-Control': FOREVER })
  })
  app.get('/dashboard/*', page)
}

/** Read for each page that is opened: a build that is newer than the service is seen at once, and so is a missing one. */
function page(c: Context<Env>) {
  const path = join(BUILT, 'index.html')
  if (!existsSync(path)) throw new MothballError('dashboard_missing')
  const { base } = c.var.service
  const html = readFileSync(path, 'utf8').replaceAll('"/dashboard/', `"${base}/dashboard/`)
  return c.html(html.replace('__NONCE__', c.get('secureHeadersNonce') ?? ''))
}

function readAssets(): ReadonlyMap<string, Buffer<ArrayBuffer>> {
  const folder = join(BUILT, 'assets')
  if (!existsSync(folder)) throw new MothballError('dashboard_missing')
  return new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]))
}
