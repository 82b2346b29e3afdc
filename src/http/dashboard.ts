/**
 * The dashboard under a path of its own. Every page of it is the same HTML with a fresh nonce for its styles; files whose
 * name carries their hash may be kept for ever, and nothing else.
 */
import { fileURLToPath } from 'node:url'
import type { Context } from 'hono'
import { MothballError } from '../core/errors/index.ts'
import { type Asset, dashboardFiles } from './dashboard-files.ts'
import type { App, Env, Service } from './environment.ts'

const BUILT = fileURLToPath(new URL('../../dist/dashboard/', import.meta.url))
const FOREVER = 'public, max-age=31536000, immutable'

export function registerDashboard(app: App, { base }: Service): void {
  const files = dashboardFiles(BUILT)
  for (const path of ['/', '/dashboard']) app.get(path, (c) => c.redirect(`${base}/dashboard/`))
  app.get('/dashboard/assets/:name', (c) => {
    const asset = files.asset(c.req.param('name'))
    if (asset === null) throw new MothballError('route_unknown')
    return send(c, asset)
  })
  app.get('/dashboard/*', (c) => {
    const html = files.page().replaceAll('"/dashboard/', `"${base}/dashboard/`)
    return c.html(html.replace('__NONCE__', c.get('secureHeadersNonce') ?? ''))
  })
}

function send(c: Context<Env>, { type, plain, gzipped }: Asset): Response {
  const headers = { 'Content-Type': type, 'Cache-Control': FOREVER, Vary: 'Accept-Encoding' }
  const takesGzip = /\bgzip\b/.test(c.req.header('accept-encoding') ?? '')
  return takesGzip ? c.body(gzipped, 200, { ...headers, 'Content-Encoding': 'gzip' }) : c.body(plain, 200, headers)
}
