/** What a browser may look at without a key: the API's description, the page to try it, and what each error means. */
import { readFileSync } from 'node:fs'
import type { Context } from 'hono'
import { html } from 'hono/html'
import { ERRORS, MothballError } from '../core/errors/index.ts'
import type { App, Env, Service } from './environment.ts'
import { openApiDocument, registerSecurity } from './openapi.ts'

const asset = (name: string): string => readFileSync(new URL(`./page/${name}`, import.meta.url), 'utf8')

export function registerPages(app: App, { base }: Service): void {
  registerSecurity(app)
  let document: string | null = null
  app.get('/openapi.json', (c) => {
    document ??= JSON.stringify(openApiDocument(app, base))
    return c.body(document, 200, { 'Content-Type': 'application/json' })
  })
  const files = { page: asset('docs.html'), script: asset('docs.js'), style: asset('docs.css') }
  app.get('/docs', (c) => c.html(files.page))
  app.get('/docs/docs.js', (c) => c.body(files.script, 200, { 'Content-Type': 'text/javascript; charset=utf-8' }))
  app.get('/docs/docs.css', (c) => c.body(files.style, 200, { 'Content-Type': 'text/css; charset=utf-8' }))
  app.get('/errors/:code', errorPage)
}

/** Every fact is its own name. */
const PLACEHOLDERS = new Proxy<Record<string, string>>({}, { get: (_facts, name) => `<${String(name)}>` })

function errorPage(c: Context<Env>) {
  const code = c.req.param('code') ?? ''
  const entry = Object.entries(ERRORS).find(([name]) => name === code)?.[1]
  if (entry === undefined) throw new MothballError('route_unknown')
  return c.html(html`<!doctype html>
    <html lang="en">
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width" />
      <title>${code} · Mothball</title>
      <link rel="stylesheet" href="../docs/docs.css" />
      <main>
        <h1>${code}</h1>
        <p>${entry.message(PLACEHOLDERS)}</p>
        <p><strong>What to do:</strong> ${entry.hint(PLACEHOLDERS)}</p>
        <p>HTTP ${entry.http}, exit code ${entry.exit}. <a href="../docs">The API</a></p>
      </main>
    </html>`)
}
